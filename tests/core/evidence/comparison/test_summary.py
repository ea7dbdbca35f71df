"""A comparison in words."""

import dataclasses
import json
import math

import pytest

from core.evidence.comparison import SystemRow, headline, in_words
from tests.support.comparison import found, row


class TestWords:
    def test_the_headline_compares_guided_transform_with_reencoding(self):
        guided, encoder = (
            row("guided", "Reshape", 0.752, 0.106),
            row("reencode", "INSTRUCTOR", 0.61, 74),
        )
        gstransform, plain = row("gstransform", "GSTransform", 0.5, 2), row("reencode", "e5", 0.7, math.nan)
        said = headline(found(guided, gstransform, encoder, plain))
        assert said == (
            "Reshape finds 75 % of the hidden labels in 0.1 s; INSTRUCTOR 61 % in 74 s, 700 times as "
            "long; e5 70 %."
        )

    def test_the_headline_names_those_that_find_most(self):
        guided, gstransform = (
            row("guided", "Reshape", 0.6, 1),
            row("gstransform", "GSTransform", 0.7, 2),
        )
        encoders = [
            row("reencode", f"r{place}", share, 1)
            for place, share in enumerate((0.1, math.nan, 0.2, 0.9, 0.3))
        ]
        said = headline(found(guided, gstransform, *encoders))
        assert said == (
            "Reshape finds 60 % of the hidden labels in 1.0 s; r2 20 % in 1.0 s, about as long; "
            "r3 90 % in 1.0 s, about as long; r4 30 % in 1.0 s, about as long; GSTransform 70 % in 2.0 s, "
            "2 times as long."
        )

    def test_without_an_encoder_it_is_compared_with_gstransform(self):
        guided, gstransform = (
            row("guided", "Reshape", 0.75, 0.1),
            row("gstransform", "GSTransform", 0.5, 0.11),
        )
        generic = row("generic", "Generic", 0.6, math.nan)
        assert headline(found(generic, guided, gstransform)) == (
            "Reshape finds 75 % of the hidden labels in 0.1 s; GSTransform 50 % in 0.1 s, about as "
            "long; Generic 60 %."
        )

    def test_it_claims_no_accuracy_that_was_not_measured(self):
        guided, encoder = (
            row("guided", "Reshape", math.nan, 0.2),
            row("reencode", "x*y", math.nan, 0.02),
        )
        said = headline(found(guided, encoder), escape=lambda title: title.replace("*", "\\*"))
        assert said == "Reshape takes 0.2 s; x\\*y takes 0.02 s, 10 times as fast."
        assert "%" not in said

    def test_there_is_no_headline_without_guided_transform(self):
        failed = row("guided", "Reshape", 0.7, 0.1, failure="No.")
        assert headline(found(failed, row("reencode", "e5", 0.7, 2))) == headline(found()) == ""

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (math.nan, "–"), (0.001, "less than 0.01 s"), (0.04, "0.04 s"), (0.0949, "0.09 s"),
            (0.12, "0.1 s"), (3.24, "3.2 s"), (9.96, "10 s"), (74, "74 s"), (99.6, "2 min"), (600, "10 min"),
            (5_399, "90 min"), (5_400, "1.5 h"), (40_000, "11 h"), (200_000, "2 days"),
        ],
    )  # fmt: skip
    def test_times_as_people_say_them(self, seconds, words):
        assert in_words(seconds) == words

    def test_time_for_the_whole_corpus(self):
        seconds = found().seconds_on_all
        assert seconds(row("reencode", "e5", 0.5, 10)) == pytest.approx(73.2)
        assert seconds(row("guided", "Reshape", 0.5, 0.1)) == pytest.approx(0.732)
        assert seconds(row("gstransform", "GSTransform", 0.5, 3)) == 3
        # Loading is no part of a further instruction, and there is none.
        assert math.isnan(seconds(row("reencode", "plain", 0.5, math.nan, first=20)))
        assert math.isnan(seconds(row("generic", "Generic", 0.5, math.nan)))
        full = dataclasses.replace(found(), n_labels=2_000)
        assert math.isnan(full.seconds_on_all(row("gstransform", "GSTransform", 0.5, 3)))

    def test_rows_survive_json(self):
        before = row("reencode", "e5", 0.5, math.nan, note="so")
        after = SystemRow.from_document(json.loads(json.dumps(before.to_document())))
        assert dataclasses.replace(
            after, generic=0, gain_low=0, gain_high=0, second_seconds=0
        ) == dataclasses.replace(before, generic=0, gain_low=0, gain_high=0, second_seconds=0)
        assert math.isnan(after.second_seconds)
