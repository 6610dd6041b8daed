"""Which scopes are open while a Chinese sentence is read: denial, doubt, relative, past."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medai.knowledge.chinese_cues import (
    ABOUT_TIME,
    AS_IF,
    BREAK,
    FARTHEST,
    PART_ENDS,
    TIME,
    UNKNOWN_NOUN,
)
from medai.knowledge.chinese_lexicon import ChineseLexicon, Piece

# what may follow 否认 in a list, commas apart: 否认发热，咳嗽，糖尿病史
_LISTED = frozenset({
    "finding", "ask", "denied", "history_after", "chronic_before", "event_before"
})  # fmt: skip


@dataclass
class Found:
    """A finding in a sentence, and what was decided about it.

    `status` is ``present``, ``absent``, ``uncertain``, ``family``, ``history``, ``limited``
    (denied only in part: 无剧烈头痛), ``ask`` (ambiguous) or ``value`` (a measured value of the
    patient that states nothing present); `cue` is the deciding word.
    """

    piece: Piece
    hpo_id: str
    status: str
    cue: str = ""


class Scopes:
    """The scopes that are open at one place of a sentence, and the findings so far.

    Parameters
    ----------
    lexicon
        The words.
    sentence
        In comparable form.
    """

    def __init__(self, lexicon: ChineseLexicon, sentence: str) -> None:
        self.lexicon = lexicon
        self.text = sentence
        self.found: list[Found] = []
        self.part = 0  # where the part between two commas begins
        self.anchor = 0  # what lies between here and a finding decides about a denial
        # "": none open; list, one, run: how far it reaches; used: it reached one finding,
        # and reaches the next only if that is joined to it
        self.denial = ""
        self.denial_word = ""
        self.denial_fresh = False  # it has denied nothing yet
        self.limited = False  # a word before it limits it: 白天不咳
        self.doubt_word = ""  # "": no doubt is open
        self.doubt_fresh: int | None = None  # where it opened, until the first finding
        self.family = ""  # "", part (up to the comma), run (up to the end)
        self.family_word = ""
        self.past = ""  # "", part, run, event
        self.past_word = ""

    def just_before(self, piece: Piece) -> Found | None:
        """Return the finding that ends where this piece begins."""
        last = self.found[-1] if self.found else None
        if last is None or last.piece.end != piece.start or last.status in ("ask", "value"):
            return None
        return last

    def open_denial(self, piece: Piece, reach: str, limited: bool) -> None:
        """Open a denial behind `piece`; `limited` if it denies only one kind (白天不咳)."""
        self.denial, self.denial_word, self.denial_fresh = reach, piece.word, True
        self.limited = limited
        self.anchor = piece.end

    def use_denial(self) -> None:
        """Note that the open denial, if there is one, has reached a finding."""
        self.denial_fresh = False
        if self.denial == "one":
            self.denial = "used"

    def renew_denial(self, piece: Piece) -> None:
        """没有胸闷气短 denies both; 没有发烧咳嗽得厉害 and 不发烧咳嗽 only the first."""
        if self.denial != "used":
            return
        rest = self.text[piece.end :]
        closes = rest[:1] in PART_ENDS or re.match("等|的感觉|感|的症状|的情况|和|及|或", rest)
        if piece.start == self.anchor and "没" in self.denial_word and closes:
            self.denial, self.denial_fresh = "one", False
        else:
            self.denial = ""

    def reaches(self, start: int) -> bool:
        """Tell whether the open denial reaches a finding that begins at `start`."""
        if not self.denial_fresh:
            return True
        gap = self.text[self.anchor : start]
        if self.denial_word in self.lexicon.at_once and not self.lexicon.between.fullmatch(gap):
            return False  # 没睡好头疼
        return len(gap) <= FARTHEST

    def unknown_noun(self, start: int) -> bool:
        """Tell whether a denial is used up by a noun that the tables do not hold."""
        gap = self.text[self.anchor : start]
        word = self.denial_word
        noun_follows = word.startswith("无") or word.endswith(("无", "没有"))
        return noun_follows and len(gap) <= UNKNOWN_NOUN and not BREAK.search(gap)

    def denied_status(self, piece: Piece) -> str:
        """Return present, absent or limited, and change the open denial accordingly."""
        if not self.denial:
            return "present"
        if not self.reaches(piece.start):
            if not self.unknown_noun(piece.start):
                self.denial = ""
                return "present"
            # 无眼红眼痛, with 眼红 unknown: 眼痛 is neither present nor surely absent
            self.use_denial()
            return "limited"
        joined = not self.denial_fresh and self.just_before(piece) is not None
        if joined and TIME.match(self.text, piece.end):
            self.denial = ""  # 无发热咳嗽3天
            return "present"
        limited = self.limited or self.lexicon.limit.search(self.text[self.anchor : piece.start])
        self.use_denial()
        return "limited" if limited else "absent"

    def doubted(self, piece: Piece) -> bool:
        """Tell whether an open doubt reaches a finding: not 大概三天前开始咳嗽."""
        if self.doubt_word and self.doubt_fresh is not None:
            gap = self.text[self.doubt_fresh : piece.start]
            apart = not self.lexicon.between.fullmatch(gap)
            if ABOUT_TIME.search(gap) or (self.doubt_word in AS_IF and apart):
                self.doubt_word = ""
            self.doubt_fresh = None
        return bool(self.doubt_word)

    def comma(self, piece: Piece) -> None:
        """End the scopes that a comma ends."""
        next_part = re.split("[, ]", self.text[piece.end :])[0]
        if not (self.denial == "run" and self.only_findings(next_part)):
            self.denial = ""
        self.doubt_word = ""
        self.family = "run" if self.family == "run" else ""
        self.past = "run" if self.past == "run" else ""
        self.part = self.anchor = piece.end

    def belongs(self, piece: Piece) -> bool:
        """没有出现呕吐, 无恶心感、呕吐: 出现 and 感 end nothing here."""
        opened = [self.anchor] if self.denial and self.denial_fresh else []
        if self.doubt_word and self.doubt_fresh is not None:
            opened.append(self.doubt_fresh)
        between = self.lexicon.between
        if any(between.fullmatch(self.text[start : piece.end]) for start in opened):
            return True
        return piece.word == "感" and self.just_before(piece) is not None

    def only_findings(self, part: str) -> bool:
        """Tell whether a part is nothing but findings and joining words."""
        free = len(part)
        for piece in self.lexicon.pieces(part):
            kinds = piece.kinds
            if "separator_carries" in kinds or "etc" in kinds.values() or _LISTED & kinds.keys():
                free -= piece.end - piece.start
        return free <= 1 and free != len(part)
