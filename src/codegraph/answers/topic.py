"""A kind of question: which words call for it, which it understands, what it needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of question.

    `codes`, `mods`: how many it needs at least and takes at most. `systems` of its codes (empty: any). `target`:
    `no` system may be named apart from those of the codes, one `may`, one `must`, of `targets`
    (empty: any). `takes`: `day`, `place`, `units`. `settings`: words -> the setting that they mean. `readings`: where
    the words are ambiguous, the questions that may be meant, and no answer; `{codes}`, `{mods}` are put in. `rank`: of
    two topics that fit, the higher answers; of equal ones none. `never`: words
    that forbid it. `sample` is the topic as a question.
    """

    key: str
    cues: tuple[str, ...]
    words: str = ""
    codes: tuple[int, int] = (1, 1)
    mods: tuple[int, int] = (0, 0)
    systems: str = "cpt hcpcs"
    target: str = "no"
    targets: str = ""
    takes: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    readings: tuple[str, ...] = ()
    never: str = ""
    rank: int = 1
    sample: str = ""
