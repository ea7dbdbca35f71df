from core.evidence.benchmark import TASKS, find_task


def test_every_task_is_found_by_its_name_and_has_an_instruction_where_rows_have_none():
    for task in TASKS:
        assert find_task(task.hub_name.upper()) is task
        assert all(aspect.instruction for aspect in task.aspects) == (task.kind != "pairs")
    assert find_task("nothing") is None
