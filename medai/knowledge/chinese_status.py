"""Decide whether a finding of a Chinese sentence is there, and whose it is.

The pieces of a sentence are read from left to right.  A word such as 无 opens a denial, 可能 a
doubt, 母亲 a relative, 既往 the past; each reaches as far as the rules in
``data/zh_findings/README.md`` say.  In short:

* 无发热、咳嗽 denies both, 无发热，咳嗽3天 only the first: a comma ends the scope;
* 否认发热，咳嗽，胸痛 denies all three: after 否认 the scope runs on over bare findings;
* 没有发烧咳嗽得厉害 denies only the first: 没有 carries over a list, not over a sentence;
* 无剧烈头痛 denies only one kind of headache, so nothing is denied and nothing is present.
"""

from __future__ import annotations

import re

from medai.knowledge.chinese_cues import COMPANY, PART_ENDS, TELLS, TIME
from medai.knowledge.chinese_lexicon import ChineseLexicon, Piece
from medai.knowledge.chinese_scopes import Found, Scopes


def read_sentence(lexicon: ChineseLexicon, sentence: str, pieces: list[Piece]) -> list[Found]:
    """Decide about every finding among the pieces of a sentence; return them in order."""
    return _Reader(lexicon, sentence).read(pieces)


class _Reader(Scopes):
    """Reads piece after piece; each method says what one kind of piece does.

    A method returns False when the piece cannot be of this kind here; then the next kind of
    the piece is tried.
    """

    def read(self, pieces: list[Piece]) -> list[Found]:
        handlers = (
            ("finding", self._finding),
            ("denied", self._finding),
            ("ask", self._ask),
            ("value", self._value),
            ("guard", lambda piece: True),
            ("plain", self._plain),
            ("witness_before", self._patient),
            ("family_section", self._family),
            ("family_before", self._family),
            ("patient_before", self._patient),
            ("event_before", self._event),
            ("chronic_before", self._chronic),
            ("history_section", self._past_section),
            ("history_after", self._past_after),
            ("history_before", self._past_before),
            ("family_after", self._family_after),
            ("neg_after", self._denied_after),
            ("doubt_after", self._doubted_after),
            ("neg", self._deny),
            ("doubt", self._doubt),
            ("separator_carries", self._carry),
            ("separator_ends", self._end),
            ("separator_plain", self._plain_mark),
        )
        for piece in pieces:
            cancelled = self.lexicon.cancel.match(self.text, piece.end)
            if cancelled and ("neg" in piece.kinds or "neg_after" in piece.kinds):
                self.denial = ""  # 发热、咳嗽均无明显好转: both are there
                continue
            # a word may be of several kinds; the first that fits is taken
            for kind, handler in handlers:
                if kind in piece.kinds and handler(piece):
                    break
        return self.found

    def _finding(self, piece: Piece) -> bool:
        term = piece.kinds.get("finding") or piece.kinds["denied"]
        status = "present" if "finding" in piece.kinds else "absent"
        cue = "" if status == "present" else piece.inside or piece.word
        self.renew_denial(piece)
        if status == "present":
            status = self.denied_status(piece)
            cue = "" if status == "present" else self.denial_word
        elif self.lexicon.limit_before.search(self.text[self.part : piece.start]):
            status = "limited"  # 白天不咳
        if self.doubted(piece) and status == "present":
            status, cue = "uncertain", self.doubt_word
        if self.family:
            status = "limited" if status in ("absent", "limited") else "family"
            cue = self.family_word
        elif self.past == "event":
            status, cue = "limited", self.past_word
        elif self.past and status == "present":
            status, cue = "history", self.past_word
        self.found.append(Found(piece, term, status, cue))
        self.anchor = piece.end
        return True

    def _ask(self, piece: Piece) -> bool:
        self.renew_denial(piece)
        if not (self.reaches(piece.start) or self.unknown_noun(piece.start)):
            self.denial = ""
        if not (self.denial or self.family or self.past):
            self.found.append(Found(piece, "", "ask"))
        self.use_denial()
        self.anchor = piece.end
        return True

    def _value(self, piece: Piece) -> bool:
        if not (self.family or self.past):
            self.found.append(Found(piece, "", "value"))
        return True

    def _plain(self, piece: Piece) -> bool:
        if self.denial != "run":
            self.denial = ""
        return True

    # -- whose, and when ---------------------------------------------------------------------

    def _patient(self, piece: Piece) -> bool:
        self.family = ""
        return True

    def _family(self, piece: Piece) -> bool:
        word, following = piece.word, self.text[piece.end :]
        heading = following[:1] == ":"
        if word.endswith("史") and self.denial and not heading:
            pass  # 无家族史, 头痛3天
        elif "family_before" in piece.kinds and (
            TELLS.match(following) or COMPANY.search(self.text[: piece.start])
        ):
            pass  # a witness, or company
        else:
            section = "family_section" in piece.kinds and (heading or not word.endswith("史"))
            self.family, self.family_word = "run" if section else "part", word
        if re.search("没|无", word):  # 家里没有人有癫痫
            self.open_denial(piece, "list", limited=False)
        if "family_before" in piece.kinds and TELLS.match(following):
            self.family = ""
        return True

    def _family_after(self, piece: Piece) -> bool:
        last = self.just_before(piece)
        if last is None:
            return False
        last.status, last.cue = "family", piece.word
        return True

    def _event(self, piece: Piece) -> bool:
        self.past, self.past_word = "event", piece.word
        return True

    def _chronic(self, piece: Piece) -> bool:
        """高血压病史10年: a chronic disease lasts, so it is present."""
        lengths = range(len(piece.word), 1, -1)
        known = (piece.word[:n] for n in lengths if piece.word[:n] in self.lexicon.findings)
        disease = next(known, None)
        if disease:
            status = "family" if self.family else "absent" if self.denial else "present"
            cue = {"family": self.family_word, "absent": self.denial_word}.get(status, "")
            self.found.append(Found(piece, self.lexicon.findings[disease], status, cue))
            self.denial_fresh = False
            self.anchor = piece.end
        return True

    def _past_section(self, piece: Piece) -> bool:
        self.past, self.past_word = "run", piece.word
        return True

    def _past_after(self, piece: Piece) -> bool:
        last = self.just_before(piece)
        if last is None:
            return False
        if last.status == "present" and not TIME.match(self.text, piece.end):
            last.status, last.cue = "history", piece.word  # but 头痛病史3年 is there
        return True

    def _past_before(self, piece: Piece) -> bool:
        """三天以前 and 过去三天 are no history."""
        since = piece.word.startswith("以前") and re.search(
            r"[\d天日周月年时久]$", self.text[: piece.start]
        )
        if not since and not TIME.match(self.text, piece.end):
            self.past, self.past_word = "part", piece.word
        return True

    # -- denial and doubt --------------------------------------------------------------------

    def _deny(self, piece: Piece) -> bool:
        either = re.search("^[^,]{1,12}(?:就是|便是)", self.text[piece.end :])
        if piece.word in ("不是", "并不是") and either:
            return True  # 不是头疼就是肚子疼: either of them is there
        before = self.text[self.part : piece.start]
        limited = self.lexicon.limit_before.search(before) is not None
        self.open_denial(piece, piece.kinds["neg"], limited)
        self.doubt_word = ""
        return True

    def _denied_after(self, piece: Piece) -> bool:
        """发热(-), 胸痛、咯血均无; but not 咳嗽：无痰."""
        reach, last = piece.kinds["neg_after"], self.just_before(piece)
        more_follows = self.text[piece.end : piece.end + 1] not in PART_ENDS
        if reach == "all":
            for one in self.found:
                if one.piece.start >= self.part and one.status == "present":
                    one.status, one.cue = "absent", piece.word
            return True
        if last is None or (more_follows and ("neg" in piece.kinds or reach == "end")):
            return False
        if last.status in ("present", "uncertain"):
            last.status, last.cue = "absent", piece.word
        return True

    def _doubt(self, piece: Piece) -> bool:
        if piece.word in ("如", "若") and self.text[self.part : piece.start].strip():
            return True  # 症状如咳嗽 is no condition
        self.doubt_word, self.doubt_fresh = piece.word, piece.end
        self.denial = ""
        return True

    def _doubted_after(self, piece: Piece) -> bool:
        last = self.just_before(piece)
        more_follows = self.text[piece.end : piece.end + 1] not in PART_ENDS
        if last is None or (more_follows and "doubt" in piece.kinds):
            return False
        advice_asked = re.search("怎么|要紧|要不要|为什么", self.text)
        if last.status == "present" and ("吗" in piece.word or not advice_asked):
            last.status, last.cue = "uncertain", piece.word
        return True

    # -- what carries a scope on, and what ends it -------------------------------------------

    def _plain_mark(self, piece: Piece) -> bool:
        if piece.word == " ":
            self.comma(piece)
        return True

    def _carry(self, piece: Piece) -> bool:
        if self.denial == "used":
            self.denial = "one"
        if self.denial:
            self.anchor, self.denial_fresh = piece.end, False
        return True

    def _end(self, piece: Piece) -> bool:
        kind = piece.kinds["separator_ends"]
        if kind == "comma":
            self.comma(piece)
        elif not self.belongs(piece):
            self.denial = self.doubt_word = ""
            if kind == "now":
                self.past = ""
            if kind in ("then", "but") and self.family != "run":
                self.family = ""
        return True
