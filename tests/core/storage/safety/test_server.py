"""Safety of a shared server: who may open what, and the folders of all people."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from copy import copy

import numpy as np
import pandas as pd
import pytest

from core.__main__ import main
from core.corpus import Corpus
from core.errors import StoreError
from core.storage import Store
from core.storage.integrity import back_up_daily, check_file, find_backups
from core.storage.safety import back_up, examine, restore
from core.storage.team import (
    TEAM_TABLES,
    Member,
    NotShared,
    Registry,
    data_folders,
    remove_unfinished,
    share_corpus,
)
from core.utils import unlock_shared

ADA = Member("a" * 32, "ada@example.org", "ada@example.org", "s1")
BO = Member("b" * 32, "bo@example.org", "bo@example.org", "s2")
CY = Member("c" * 32, "cy@example.org", "cy@example.org", "s3")


class Server:
    """A shared server: Ada has a corpus of her own, and one that she shares with Bo and Cy."""

    def __init__(self, root):
        self.root = root
        registry = Registry(root)
        for member in (ADA, BO, CY):
            registry.note_sign_in(member)
        store = Store(ADA.home(root))
        for key in ("k1", "k2"):
            texts = np.array([f"{key} one", "two", "three"], dtype=object)
            store.add_corpus(Corpus(f"{key}.csv", texts, pd.DataFrame(index=range(3)), "text", key))
            analysis = store.add_analysis(key, "by feeling")
            store.label_names.add(analysis, "angry")
            store.labels.give(analysis, {0: "angry"}, ADA.name)
        Store(BO.home(root))
        self.shared = share_corpus(root, registry, ADA, "k2")
        for member in (CY, BO):
            registry.share(self.shared, ADA, member.email)
        registry.end_sign_in(CY)
        self.registry = registry

    @property
    def file(self):
        return self.root / "team.sqlite"

    def stop(self):
        """Stop the app: nobody has a file open."""
        self.registry._database.close()
        for folder in data_folders(self.root):
            unlock_shared(folder)

    def start(self):
        self.registry = Registry(self.root)

    def may_open(self):
        found = set()
        for member in (ADA, BO, CY):
            try:
                self.registry.open(self.shared.id, member)
            except NotShared:
                continue
            found.add(member)
        return found

    def change(self, old, new):
        """Change bytes of the file on disk."""
        self.stop()
        with closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        content = self.file.read_bytes()
        assert old in content
        self.replace(content.replace(old, new))

    def replace(self, content):
        """Put another file in the place, which this process has not checked yet."""
        other = self.file.with_name("other")
        other.write_bytes(content)
        other.replace(self.file)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server") / "root")
    made.stop()
    return made


@pytest.fixture
def server(made, tmp_path):
    server = copy(made)
    server.root = shutil.copytree(made.root, tmp_path / "root")
    server.start()
    yield server
    server.stop()


def state_of(findings, what):
    return {each.state for each in findings if each.what == what}


def test_each_row_of_rights_has_a_checksum(server):
    with server.registry._database.transaction() as connection:
        for table in TEAM_TABLES:
            rows = connection.execute(f"SELECT row_check FROM {table}").fetchall()
            assert rows and all(row["row_check"] is not None for row in rows)
    assert check_file(server.file).is_sound
    server.registry.note_sign_in(ADA)
    server.registry.take_back(server.shared, ADA, CY.email)
    assert check_file(server.file).is_sound and server.may_open() == {ADA, BO}


def test_a_file_from_before_the_checksums_keeps_every_right(server):
    server.stop()
    with closing(sqlite3.connect(server.file)) as connection:
        for table in TEAM_TABLES:
            for event in ("insert", "update"):
                connection.execute(f"DROP TRIGGER {table}_{event}_check")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN row_check")
        connection.execute("PRAGMA user_version = 0")
        connection.execute("PRAGMA application_id = 0")
    server.start()
    assert server.may_open() == {ADA, BO, CY} and server.registry.has_ended(CY)
    assert [path.name.split("-")[-1] for path in find_backups(server.root, "team")] == ["version0.sqlite"]
    assert check_file(server.file).is_sound


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"bo@example.org", b"eve@exampl.org"),
        (b"s3", b"s4"),
        (b"CREATE TABLE", b"CREATE TABLF"),
        (b"a" * 32, b"d" * 32),
    ],
)
def test_a_damaged_file_lets_nobody_in(server, old, new):
    server.change(old, new)
    with pytest.raises(StoreError, match="doctor"):
        server.start()
    assert state_of(examine(server.root), "who may open what") == {"problem"}
    with pytest.raises(StoreError, match="damaged"):
        back_up(server.root, server.root.parent / "a.zip")


@pytest.mark.parametrize("content", [None, b"", b"no database" * 999])
def test_a_lost_file_is_not_taken_for_a_new_server(server, content):
    server.stop()
    for path in server.root.glob("team.sqlite*"):
        path.unlink()
    if content is not None:
        server.replace(content)
    with pytest.raises(StoreError, match="doctor"):
        server.start()
    assert state_of(examine(server.root), "who may open what") == {"problem"}


def test_a_changed_bit_is_put_right(server):
    server.change(b"bo@example.org", b"bo@example.orf")
    assert main(["doctor", "--repair", "--home", str(server.root)]) == 0
    server.start()
    assert server.may_open() == {ADA, BO, CY} and server.registry.has_ended(CY)


def test_a_repair_brings_back_no_right_that_may_have_been_taken_back(server, capsys):
    assert back_up_daily(server.root, "team")
    server.registry.take_back(server.shared, ADA, CY.email)
    server.stop()
    server.replace(b"no database" * 999)
    with pytest.raises(SystemExit):  # what is not as before is a problem: who shared shares again
        main(["doctor", "--repair", "--home", str(server.root)])
    assert "another cookie_secret ends all sign-ins" in capsys.readouterr().out
    (listed,) = server.root.glob("set-aside/*/left-out.txt")
    assert BO.email in listed.read_text() and CY.email in listed.read_text()
    server.start()
    assert server.may_open() == {ADA} and server.registry.has_ended(CY)
    server.registry.share(server.shared, ADA, BO.email)
    assert server.may_open() == {ADA, BO}


def test_a_row_of_a_right_that_changed_much_is_left_out_and_the_others_stay(server):
    assert back_up_daily(server.root, "team")
    server.change(b"bo@example.org", b"eve@exampl.org")
    with pytest.raises(SystemExit):
        main(["doctor", "--repair", "--home", str(server.root)])
    server.start()
    assert server.may_open() == {ADA, CY}
    assert state_of(examine(server.root), "who may open what") == {"sound"}


def test_nothing_is_repaired_or_restored_under_a_running_server(server, tmp_path):
    back_up(server.root, tmp_path / "a.zip")
    with pytest.raises(StoreError, match="stop it"):
        restore(tmp_path / "a.zip", server.root, replace=True)


def test_a_backup_has_the_folders_of_all_people_and_who_may_open_what(server, tmp_path):
    assert main(["backup", str(tmp_path / "a.zip"), "--home", str(server.root)]) == 0
    server.registry.take_back(server.shared, ADA, CY.email)
    server.stop()
    assert main(["restore", str(tmp_path / "a.zip"), "--home", str(tmp_path / "new")]) == 0
    server.root = tmp_path / "new"
    server.start()
    assert server.may_open() == {ADA, BO, CY}
    for home, key in ((ADA.home(server.root), "k1"), (server.shared.home(server.root), "k2")):
        store = Store(home)
        assert [entry.key for entry in store.corpora()] == [key]
        assert store.load_corpus(key).texts.tolist() == [f"{key} one", "two", "three"]
        assert store.labels.read(store.analyses(key)[0].id).codes.tolist() == [0, -1, -1]
    assert list((server.root / "audit").iterdir()) and Store(BO.home(server.root)).corpora() == []


def test_a_backup_takes_labels_from_the_log_of_each_person(server, tmp_path):
    store = Store(ADA.home(server.root))
    with store._database.transaction() as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    store.labels.give(1, {2: "angry"}, ADA.name)  # is in the log only
    back_up(server.root, tmp_path / "a.zip")
    restore(tmp_path / "a.zip", tmp_path / "new")
    again = Store(ADA.home(tmp_path / "new"))
    assert again.labels.read(1).codes.tolist() == [0, -1, 0]


def test_the_doctor_repairs_the_labels_of_a_person(server, tmp_path):
    back_up(server.root, tmp_path / "a.zip")
    restore(tmp_path / "a.zip", tmp_path / "other")
    file = ADA.home(tmp_path / "other") / "refract.sqlite"
    file.write_bytes(file.read_bytes().replace(b"by feeling", b"by feeming"))
    assert [each.what.split(": ")[1] for each in examine(tmp_path / "other") if each.state == "problem"] == [
        "labels and instructions"
    ]
    examine(tmp_path / "other", repair=True)
    assert Store(ADA.home(tmp_path / "other")).analyses("k1")[0].instruction == "by feeling"


def test_the_doctor_names_folders_and_rights_without_each_other(server):
    server.stop()
    server.shared.home(server.root).rename(server.root / "shared" / ("e" * 32))
    found = {each.what: each for each in examine(server.root)}
    assert found["shared corpus “k2.csv”"].state == "problem"
    assert "known to nobody" in found["shared corpus"].found


def test_what_a_move_left_that_was_cut_off_goes_after_a_day(server):
    old, new = (server.root / "shared" / f"{name}.part" for name in ("old", "new"))
    for part in (old, new):
        (part / "corpora").mkdir(parents=True)
    os.utime(old, (time.time() - 90_000,) * 2)
    assert not {old, new} & set(data_folders(server.root))
    remove_unfinished(server.root)
    assert new.exists() and not old.exists()
