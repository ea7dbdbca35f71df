"""Table of the suggested encoders, and their facts in one line."""

from core.encoders import DEFAULT_ENCODER, available_encoders, describe_encoder, instructed_encoders
from pages.common.encoders.catalogue import encoder_table
from pages.common.encoders.facts_text import fact_line
from tests.support.encoder_chooser import chooser as chooser  # the fixture
from tests.support.encoder_chooser import fixed as fixed  # the fixture
from tests.support.page_helpers import words


def test_the_table_opens_from_the_chooser(chooser):
    app = chooser()
    assert not app.dataframe
    app.button(key="x_all").click().run()
    assert not app.exception and "which Refract never runs" in words(app)
    assert len(app.dataframe[0].value) == len(encoder_table())


def test_the_table_holds_the_whole_registry():
    table = encoder_table()
    assert len(table) == len(available_encoders()) + len(instructed_encoders())
    here = dict(zip(table["Encoder"], table["Here"], strict=True))
    assert here[DEFAULT_ENCODER]
    assert set(table["Instructions"]) == {"no", "free text", "fixed tasks"}
    assert (table["Licence"] != "").all() and (table["Languages"] != "").all()


def test_facts_in_one_line(fixed):
    line = fact_line(describe_encoder("hkunlp/instructor-base"), instructed=True)
    assert line.startswith(
        "Follows any instruction · 0.4 GB, to be downloaded once · English · Apache 2.0 · "
    )
    assert line.endswith("cuts texts at 512 tokens")
    line = fact_line(describe_encoder(fixed), instructed=False)
    assert line.startswith("On this machine (1 MB) · licence not known") and line.endswith("fixed tasks only")
    line = fact_line(describe_encoder("endpoint:https://texts.example/v1#some"), instructed=True)
    assert line == "Follows no instruction · runs at texts.example"
