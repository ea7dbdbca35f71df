"""What the labelling deck can show."""

CHECKED = ", checked"  # after the name of who kept a label that was shown as a possible mistake

SUGGESTED, MORE, MISTAKES = "Suggested", "More of a label", "Possible mistakes"
BY_MODEL = "Given by a model"
MODES = (SUGGESTED, MORE, MISTAKES, BY_MODEL)
CHECKS = (MISTAKES, BY_MODEL)  # show texts that have a label
