"""What the labelling deck can show."""

SUGGESTED, MORE, MISTAKES = "Suggested", "More of a label", "Possible mistakes"
BY_MODEL = "Given by a model"
MODES = (SUGGESTED, MORE, MISTAKES, BY_MODEL)
CHECKS = (MISTAKES, BY_MODEL)  # show texts that have a label
