"""A key press in the deck opens few connections and reads the labels once."""

import sqlite3

from tests.support.page_helpers import GUIDE


def test_a_key_press_reads_the_label_table_once(app, labelled, monkeypatch):
    app.run()
    app.switch_page(GUIDE).run()
    opened, statements, connect = [], [], sqlite3.connect

    def traced(*arguments, **options):
        connection = connect(*arguments, **options)
        connection.set_trace_callback(statements.append)
        opened.append(arguments)
        return connection

    monkeypatch.setattr(sqlite3, "connect", traced)
    app.button(key="guide_label_0").click().run()
    assert not app.exception
    assert any(statement.startswith("INSERT INTO label_events") for statement in statements)
    assert len(opened) <= 3
    read = [s for s in statements if s.startswith("SELECT json_group_array(id)") and "label_events" in s]
    assert len(read) == 1
