"""Words for the made-up answers of hotel guests."""

PLACES = [
    "room",
    "lift",
    "desk",
    "breakfast",
    "bar",
    "pool",
    "garden",
    "lobby",
    "bed",
    "shower",
    "sauna",
    "spa",
]
