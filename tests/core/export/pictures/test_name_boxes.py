import numpy as np

from core.export.pictures.name_boxes import Box, Wanted, place_boxes

SIDE = (200.0, 100.0)


def name_at(x, y, width=40.0, reach=5.0):
    return Wanted(width, 8.0, x, y, reach)


def test_boxes_do_not_meet_and_stay_inside():
    wanted = [name_at(x, y) for x in (10, 60, 110, 160) for y in (20, 50, 80)]
    boxes = [box for box in place_boxes(wanted, np.empty((0, 2)), SIDE) if box is not None]
    assert len(boxes) > 6
    assert not any(a.meets(b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])
    assert all(box.left >= 0 and box.low >= 0 and box.right <= 200 and box.high <= 100 for box in boxes)


def test_a_name_stands_beside_dense_texts_and_near_them():
    points = np.random.default_rng(0).normal((100, 50), 4, (500, 2))
    (box,) = place_boxes([name_at(100, 50)], points, SIDE)
    inside = (points > (box.left, box.low)).all(axis=1) & (points < (box.right, box.high)).all(axis=1)
    assert inside.mean() < 0.2 and box.distance(100, 50) < 20


def test_the_first_name_has_the_nearest_place_and_a_name_without_room_has_none():
    first, second = place_boxes([name_at(100, 50), name_at(100, 50)], np.empty((0, 2)), SIDE)
    assert first == Box(78.5, 44.5, 121.5, 55.5) and not first.meets(second)
    wide = [name_at(100, 50, width=190.0), name_at(100, 52, width=190.0)]
    assert None in place_boxes(wide, np.empty((0, 2)), (200.0, 12.0))


def test_no_name_stands_nearer_to_the_middle_of_other_texts():
    wanted = [name_at(60, 50), name_at(84, 50)]
    left, right = place_boxes(wanted, np.empty((0, 2)), SIDE)
    assert left.distance(60, 50) <= left.distance(84, 50) and right.distance(84, 50) <= right.distance(60, 50)
