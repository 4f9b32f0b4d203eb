"""What can be asked, as data: for each topic the words that call for it, the words that it understands, what it needs.

A question belongs to a topic where each group of `cues` occurs in it and every other word is a filler, one of the
topic's `words`, or something that it `takes` (a day, a place, …). One word more, and the topic does not answer.
Cues are regular expressions over the words of the question, in which `<code>`, `<mod>`, `<system>` stand for those.
"""

from __future__ import annotations

from typing import Final

from codegraph.answers import topics_billing, topics_codes, topics_links, topics_payment
from codegraph.answers.topic import Topic

TOPICS: Final[tuple[Topic, ...]] = (
    *topics_codes.TOPICS,
    *topics_links.TOPICS,
    *topics_payment.TOPICS,
    *topics_billing.TOPICS,
)
