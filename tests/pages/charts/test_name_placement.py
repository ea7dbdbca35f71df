from pages.charts.name_placement import GAP, Box, NamePlace, Spot, place_names, place_on_line


def spot(x, y, width=0.2, reach=0.0):
    return Spot(x, y, y - reach, y + reach, width)


def test_a_name_alone_stands_beside_its_point_towards_the_middle():
    places = place_names([spot(0.1, 0.5), spot(0.9, 0.2)], 0.06)
    assert places == [NamePlace("left", 0.5), NamePlace("right", 0.2)]


def test_names_of_one_place_are_moved_just_far_enough():
    first, second = place_names([spot(0.1, 0.5), spot(0.1, 0.5)], 0.06)
    assert first == NamePlace("left", 0.5)
    assert 0.06 <= abs(second.height - 0.5) < 0.08


def test_names_stay_within_the_chart():
    (place,) = place_names([spot(0.6, 0.99, width=0.5)], 0.06)
    assert place.anchor == "right" and place.height <= 0.97
    (place,) = place_names([spot(0.3, 0.01, width=0.9)], 0.06)
    assert place.anchor == "left" and place.height >= 0.03  # as much of it as can be seen


def test_names_keep_away_from_other_points_and_from_what_is_taken():
    other = spot(0.2, 0.5, width=0.1)
    place = place_names([spot(0.1, 0.5, width=0.3), other], 0.06)[0]
    assert abs(place.height - 0.5) > 0.02
    line = Box(0, 0.45, 1, 0.55)
    (place,) = place_names([spot(0.1, 0.5)], 0.06, [line])
    assert abs(place.height - 0.5) >= 0.08


def test_an_interval_is_crossed_only_where_nothing_else_is_free():
    tall = spot(0.1 + GAP + 0.1, 0.5, reach=0.3)
    place = place_names([spot(0.1, 0.75), tall], 0.06)[0]
    assert place.height - 0.03 > 0.8 - 0.01 and place.anchor == "left"


def test_the_name_of_a_line_stands_at_its_right_end_unless_something_is_there():
    assert place_on_line(0.5, 0.25, 0.06, []) == Box(0.75, 0.5, 1, 0.56)
    above, below = spot(0.9, 0.54), spot(0.8, 0.46)
    assert place_on_line(0.5, 0.25, 0.06, [above]) == Box(0.75, 0.44, 1, 0.5)
    assert place_on_line(0.5, 0.25, 0.06, [above, below]) == Box(0, 0.5, 0.25, 0.56)
