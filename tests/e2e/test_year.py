"""A year of tickets in five zones, looked at from outside.

redress-year (tests/year/year.c) lets the real engine live through it; what is
here reads the store, the mails and the words in them, and judges every ticket
by arithmetic of its own: the zones are Python's, the holidays are read from the
files by the few lines below, business time is a list of open spans.

A thousand tickets take some twenty seconds; REDRESS_YEAR_TICKETS and
REDRESS_YEAR_SEED choose another run, REDRESS_YEAR_FOLDER one that is there."""

import binascii
import bisect
import collections
import datetime
import os
import pathlib
import re
import sqlite3
import statistics
import subprocess
import tempfile
import unittest
import zoneinfo

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("REDRESS_PROGRAMS", "build/release"),
                       "tests/year/redress-year")
TICKETS = int(os.environ.get("REDRESS_YEAR_TICKETS", 1000))
SEED = int(os.environ.get("REDRESS_YEAR_SEED", 20261015))

MINUTE, HOUR, DAY = 60, 3600, 86400
QUARTER = 15 * MINUTE
UTC = datetime.timezone.utc
WEEK = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July",
          "August", "September", "October", "November", "December"]
# A fresh mail at most so many seconds after what it is due by.
SLACK = 2
AUTOMATIC_A_DAY = 6
QUIET = (21 * 60, 8 * 60)
AFTER_OUTAGE = 15 * MINUTE
STAFF = {"escalation", "unreachable", "briefing", "nudge", "command-result"}
ANSWERS = {"ack", "status", "resolved"}


# ---- business time ---------------------------------------------------------

def unfolded(text):
    return re.sub(r"\r?\n[ \t]", "", text).splitlines()


def minute(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def nth_weekday(year, month, rule):
    """"3MO", "-1MO": that weekday of the month."""
    place, name = re.fullmatch(r"(-?\d)(\w\w)", rule).groups()
    day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].index(name)
    days = [d for d in (datetime.date(year, month, 1)
                        + datetime.timedelta(n) for n in range(31))
            if d.month == month and d.weekday() == day]
    return days[int(place) - 1 if int(place) > 0 else int(place)]


class Calendar:
    """Open spans of three years, in seconds since the epoch."""

    def __init__(self, zone, hours, holidays):
        self.zone = zoneinfo.ZoneInfo(zone)
        self.week = {day: [] for day in range(7)}
        for line in hours:
            days, spans = line.split(" ", 1)
            first, _, last = days.partition("-")
            for day in range(WEEK.index(first),
                             WEEK.index(last or first) + 1):
                self.week[day] += [tuple(map(minute, span.split("-")))
                                   for span in spans.split(", ")]
        self.closed, self.worked, self.shut = set(), set(), []
        self.read(SOURCE / "conf/holidays" / holidays)
        self.spans = []
        date = datetime.date(2026, 9, 1)
        while date < datetime.date(2028, 6, 1):
            self.spans += self.of(date)
            date += datetime.timedelta(1)
        self.starts = [start for start, _ in self.spans]
        self.before = [0]
        for start, end in self.spans:
            self.before.append(self.before[-1] + end - start)

    def read(self, path):
        event = None
        for line in unfolded(path.read_text()):
            name, _, value = line.partition(":")
            name = name.split(";")[0]
            if line == "BEGIN:VEVENT":
                event = {}
            elif line == "END:VEVENT":
                self.take(event)
                event = None
            elif event is not None:
                event[name] = value

    def take(self, event):
        start, end = event["DTSTART"], event.get("DTEND")
        if "T" in start:
            for years in range(3 if "RRULE" in event else 1):
                self.shut.append((self.stamp(start, years),
                                  self.stamp(end, years)))
            return
        day = datetime.datetime.strptime(start, "%Y%m%d").date()
        last = (datetime.datetime.strptime(end, "%Y%m%d").date() if end
                else day + datetime.timedelta(1))
        rule = dict(part.split("=") for part in event.get(
            "RRULE", "").split(";") if part)
        for year in range(day.year, 2029 if rule else day.year + 1):
            first = (nth_weekday(year, int(rule["BYMONTH"]), rule["BYDAY"])
                     if "BYDAY" in rule else day.replace(year=year))
            for n in range((last - day).days):
                to = (self.worked if event.get("CATEGORIES") == "WORKDAY"
                      else self.closed)
                to.add(first + datetime.timedelta(n))

    def stamp(self, text, years):
        clock = datetime.datetime.strptime(text, "%Y%m%dT%H%M%S")
        return int(clock.replace(year=clock.year + years,
                                 tzinfo=self.zone).timestamp())

    def at(self, date, minutes):
        clock = datetime.datetime.combine(
            date + datetime.timedelta(minutes // 1440), datetime.time(
                minutes % 1440 // 60, minutes % 60), self.zone)
        return int(clock.timestamp())

    def of(self, date):
        lines = self.week[date.weekday()]
        if date in self.worked:
            lines = lines or self.week[0]
        elif date in self.closed:
            return []
        spans = [(self.at(date, a), self.at(date, b)) for a, b in lines]
        for start, end in self.shut:
            spans = [part for a, b in spans
                     for part in ((a, min(b, start)), (max(a, end), b))
                     if part[0] < part[1]] if any(
                         a < end and start < b for a, b in spans) else spans
        return spans

    def local(self, at):
        return datetime.datetime.fromtimestamp(at, self.zone)

    def worked_by(self, at):
        """Open seconds from the beginning of the list."""
        i = bisect.bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        start, end = self.spans[i]
        return self.before[i] + min(at, end) - start

    def after_hours(self, length, at):
        wanted = self.worked_by(at) + length
        i = bisect.bisect_left(self.before, wanted) - 1
        return self.spans[i][0] + wanted - self.before[i]

    def after_days(self, count, at):
        date = self.local(at).date()
        if self.local(at).time() == datetime.time():
            date -= datetime.timedelta(1)
        while count:
            date += datetime.timedelta(1)
            spans = self.of(date)
            count -= bool(spans)
        return max(end for _, end in spans)

    def is_open(self, start, end):
        return self.worked_by(end) - self.worked_by(start) == end - start

    def rounded(self, at):
        """Up to the next quarter of the clock there, if it is still open."""
        clock = self.local(at)
        past = clock.minute % 15 * 60 + clock.second
        later = at + (QUARTER - past if past else 0)
        return later if self.is_open(at, later) else at

    def due(self, duration, at):
        unit, amount = duration
        return {"hours": self.after_hours, "days": self.after_days,
                "wall": lambda length, start: start + length}[unit](amount, at)

    def quiet_since(self, at):
        """When the quiet that holds at that time began, or None."""
        clock = self.local(at)
        minutes = clock.hour * 60 + clock.minute
        if QUIET[1] <= minutes < QUIET[0]:
            return None
        date = clock.date()
        if minutes < QUIET[1]:
            date -= datetime.timedelta(1)
        start = self.at(date, QUIET[0])
        return None if at == start else start


class Office:
    def __init__(self, zone, hours, holidays, answer, **terms):
        self.calendar = Calendar(zone, hours, holidays)
        self.answer = answer
        self.every = terms.get("every", DAY)
        self.late_most = terms.get("late_most", 3)
        self.settle = terms.get("settle")
        self.letters = terms.get("letters", [])
        self.quiet = terms.get("quiet", False)


# As tests/year/year.c has them.
OFFICES = {
    "tallinn@example.com": Office(
        "Europe/Tallinn", ["Mon-Fri 09:00-17:00"], "ee.ics",
        ("hours", 8 * HOUR)),
    "saigon@example.com": Office(
        "Asia/Ho_Chi_Minh", ["Mon-Fri 08:00-12:00, 13:00-17:00"], "vn.ics",
        ("hours", 8 * HOUR), every=12 * HOUR, quiet=True),
    "shanghai@example.com": Office(
        "Asia/Shanghai", ["Mon-Fri 09:00-12:00, 13:30-18:00"], "cn.ics",
        ("days", 2), late_most=2, settle=("days", 15)),
    "new-york@example.com": Office(
        "America/New_York", ["Mon-Fri 09:00-17:00"], "us.ics", ("days", 1),
        letters=[("wall", 10 * DAY), ("days", 20)]),
    "london@example.com": Office(
        "Europe/London", ["Mon-Fri 08:00-20:00", "Sat 10:00-16:00"],
        "gb-eng.ics", ("hours", HOUR)),
}
REMIND_AFTER, REMINDERS, END_AFTER = 3 * DAY, 2, 7 * DAY


# ---- what the store and the mails say --------------------------------------

Event = collections.namedtuple("Event", "id ticket at what actor detail")
Row = collections.namedtuple(
    "Row", "id ticket kind created_at settled_at state automatic attempts")
Promise = collections.namedtuple(
    "Promise",
    "id ticket outbox kind made_at due_at settled_at kept_at outcome words")


class Story:
    """All of one ticket."""

    def __init__(self, row):
        (self.id, self.ref, mailbox, self.state, self.quiet, self.late_count,
         self.opened_at) = row
        self.mailbox = mailbox
        self.office = OFFICES[mailbox]
        self.events, self.rows, self.promises = [], [], []

    def to_customer(self):
        return [row for row in self.rows if row.kind not in STAFF]

    def happened(self, at, *names):
        return any(event.at == at and event.what in names
                   for event in self.events)


def read_stories(path):
    with sqlite3.connect(path) as store:
        stories = {row[0]: Story(row) for row in store.execute(
            "SELECT id, reference, mailbox, state, quiet, late_count,"
            " opened_at FROM ticket")}
        for row in store.execute(
                "SELECT id, ticket_id, at, what, actor, detail FROM event"
                " WHERE ticket_id IS NOT NULL ORDER BY id"):
            stories[row[1]].events.append(Event(*row))
        for row in store.execute(
                "SELECT id, ticket_id, kind, created_at, settled_at, state,"
                " automatic, attempts FROM outbox ORDER BY id"):
            stories[row[1]].rows.append(Row(*row))
        for row in store.execute(
                "SELECT id, ticket_id, outbox_id, kind, made_at, due_at,"
                " settled_at, kept_at, outcome, words FROM promise"
                " ORDER BY id"):
            stories[row[1]].promises.append(Promise(*row))
    return list(stories.values())


def read_mails(path):
    """Ids and texts of the mails that left."""
    with open(path, "rb") as mails:
        while line := mails.readline():
            number, length = map(int, line.split())
            yield number, plain(mails.read(length))
            mails.readline()


def plain(mail):
    """The text alternative of a mail of ours."""
    part = re.search(
        rb"(?i)content-type: text/plain.*?\r?\n\r?\n(.*?)\r?\n--", mail,
        re.DOTALL)
    head = part.group(0)[:part.start(1) - part.start()].lower()
    body = part.group(1)
    if b"quoted-printable" in head:
        body = binascii.a2b_qp(body)
    elif b"base64" in head:
        body = binascii.a2b_base64(body)
    return body.decode()


NAMED = re.compile(
    r"(\w+)day (\d\d?) (" + "|".join(MONTHS) + r") (\d{4}) at"
    r" (\d\d):(\d\d) \(([^)]*) time\)")
# Times that are told of what has been, and that of the customer's own silence.
TOLD_OF_OTHERS = re.compile(
    r"^(- |We had promised|Your message reached us on|As of"
    r"|We wait for your answer until)")


def named_times(line, zone):
    """The instants, both of an hour that the clocks show twice."""
    for match in NAMED.finditer(line):
        weekday, day, month, year, hour, minutes, _ = match.groups()
        clock = datetime.datetime(
            int(year), MONTHS.index(month) + 1, int(day), int(hour),
            int(minutes), tzinfo=zone)
        if not clock.strftime("%A").startswith(weekday):
            raise ValueError(line)
        yield {int(clock.replace(fold=fold).timestamp()) for fold in (0, 1)}


# ---- one ticket's walk through its year ------------------------------------

SETTLES = {"resolved", "solved-by-customer", "unanswered", "closed"}
OPENS = {"opened", "reopened", "resumed"}


class Walk:
    """Whether a word is owed, event by event."""

    def __init__(self):
        self.state, self.silent = None, False

    def take(self, event):
        if event.what in OPENS:
            self.state = "open"
        elif event.what == "asked":
            self.state = "waiting"
        elif event.what in ("answered", "promised"):
            self.state = "open" if self.state != "settled" else self.state
        elif event.what in SETTLES:
            self.state = "settled"
        if event.what == "bounced":
            self.silent = True
        elif event.actor == "customer":
            self.silent = False

    @property
    def owed(self):
        return self.state == "open" and not self.silent


def state_at(story, at):
    walk = Walk()
    for event in story.events:
        if event.at > at:
            break
        walk.take(event)
    return walk


class Year:
    def __init__(self, folder):
        lines = [tuple(map(int, line.split())) for line in (
            folder / "told").read_text().splitlines()]
        self.start, self.end = lines[0]
        self.outages = lines[1:]
        self.stories = read_stories(folder / "year.db")
        self.counts = {}
        for line in (folder / "counts").read_text().splitlines():
            mailbox, kind, *numbers = line.split()
            self.counts[mailbox, kind] = tuple(map(int, numbers))

    def excused(self, due, at):
        """Nothing ran when it was due, and it came as soon as it did."""
        return any(start - SLACK <= due + SLACK and due <= end
                   and at <= end + AFTER_OUTAGE
                   for start, end in self.outages) and at >= due

    def runs_again(self, at):
        """Then, or when the outage that it falls into ends."""
        return next((end for start, end in self.outages
                     if start - SLACK <= at <= end), at)

    def in_outage(self, since, until):
        return any(start < until and since <= end + AFTER_OUTAGE
                   for start, end in self.outages)


class YearTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.folder = pathlib.Path(
            os.environ.get("REDRESS_YEAR_FOLDER", place.name))
        if "REDRESS_YEAR_FOLDER" not in os.environ:
            subprocess.run([PROGRAM, str(SEED), str(TICKETS), cls.folder],
                           check=True, timeout=1800)
        cls.year = Year(cls.folder)

    def every(self, judge):
        """Judges each ticket; what is wrong is told together."""
        wrong = [f"{story.ref} ({story.mailbox}): {complaint}"
                 for story in self.year.stories
                 for complaint in judge(story)]
        kinds = collections.Counter(
            re.sub(r"\d+", "N", line.split(": ", 1)[1]) for line in wrong)
        self.assertEqual(wrong[:20], [], f"seed {SEED}, {len(wrong)} in all:"
                         f" {kinds.most_common(8)}")

    # -- words

    def gaps(self, story):
        walk, last = Walk(), None
        words = {row.created_at for row in story.to_customer()}
        moments = sorted(words | {event.at for event in story.events})
        by_time = collections.defaultdict(list)
        for event in story.events:
            by_time[event.at].append(event)
        every = story.office.every
        for at in moments + [self.year.end]:
            owed = walk.owed
            for event in by_time.get(at, []):
                walk.take(event)
            if owed and (at in words or not walk.owed
                         or at == self.year.end):
                due = last + every
                if at > due and not self.year.excused(due, at):
                    yield f"no word for {at - last} s until {at}"
            if at in words or (walk.owed and not owed):
                last = at

    def test_nobody_waits_longer_for_a_word_than_the_interval(self):
        self.every(self.gaps)

    def at_night(self, story):
        if not story.office.quiet:
            return
        calendar = story.office.calendar
        for row in story.to_customer():
            since = calendar.quiet_since(row.created_at)
            if since is None or not row.automatic or row.kind in ANSWERS:
                continue
            # What makes a word due within the quiet has itself happened in
            # it, so that no earlier word was possible; or nothing ran.
            if any(since <= event.at < row.created_at
                   for event in story.events):
                continue
            if self.year.in_outage(since - DAY, row.created_at) and any(
                    end <= row.created_at <= end + AFTER_OUTAGE
                    for _, end in self.year.outages):
                continue
            yield f"{row.kind} {row.id} at night"

    def test_no_automatic_word_goes_out_at_night_if_it_could_be_earlier(self):
        self.every(self.at_night)

    def too_many(self, story):
        times = []
        for row in story.to_customer():
            if not row.automatic or row.state == "withdrawn":
                continue
            today = sum(row.created_at - DAY < at for at in times)
            if today >= AUTOMATIC_A_DAY and row.kind != "late":
                yield f"{row.kind} {row.id}: one too many in a day"
            times.append(row.created_at)

    def test_no_more_automatic_mails_a_day_than_the_backstop_allows(self):
        self.every(self.too_many)

    def after_the_end(self, story):
        for row in story.to_customer():
            settled = state_at(story, row.created_at).state == "settled"
            if settled and row.automatic and row.kind not in (
                    "survey", "aftercare", "status", "resolved"):
                yield f"{row.kind} {row.id} on a settled ticket"
            if not settled and row.kind in ("survey", "aftercare"):
                yield f"{row.kind} {row.id} on an open ticket"

    def test_a_settled_matter_is_only_asked_about(self):
        self.every(self.after_the_end)

    # -- promises

    def answers_by(self, story):
        office, calendar = story.office, story.office.calendar
        moments = sorted({event.at for event in story.events})
        known = set()
        for promise in story.promises:
            if promise.kind != "answer" or promise.due_at in known:
                continue
            known.add(promise.due_at)
            if not calendar.is_open(promise.due_at - 1, promise.due_at):
                yield f"an answer by {promise.due_at}, which is not open"
            begins = [at for at in moments if at <= promise.made_at]
            durations = [office.answer]
            if any(story.happened(at, "promised") for at in begins):
                durations += [("days", 2), ("hours", 5 * HOUR), ("days", 3)]
            wanted = {calendar.rounded(calendar.due(duration, at))
                      for duration in durations for at in begins[-3:]}
            wanted |= {calendar.due(duration, at)
                       for duration in durations[1:] for at in begins[-3:]}
            if promise.due_at not in wanted:
                yield f"an answer by {promise.due_at}, told at " \
                      f"{promise.made_at}: not {sorted(wanted)}"

    def test_each_answer_is_promised_as_far_ahead_as_the_policy_says(self):
        self.every(self.answers_by)

    def settlements(self, story):
        office, calendar = story.office, story.office.calendar
        told = [p for p in story.promises if p.kind == "settlement"]
        if told and not office.settle:
            yield "a settlement that no policy promises"
        for promise in told[:1]:
            wanted = calendar.rounded(
                calendar.due(office.settle, story.opened_at))
            if promise.due_at != wanted:
                yield f"settled by {promise.due_at}, not {wanted}"
        for promise in told:
            if not calendar.is_open(promise.due_at - 1, promise.due_at):
                yield f"settled by {promise.due_at}, which is not open"

    def test_each_matter_is_to_be_settled_when_the_policy_says(self):
        self.every(self.settlements)

    def came(self, story, promise, at):
        if promise.kind == "update":
            return any(row.created_at == at for row in story.to_customer()
                       ) or story.happened(at, *SETTLES)
        if promise.kind == "settlement":
            return story.happened(at, *SETTLES)
        return story.happened(at, "answered", "asked", *SETTLES)

    def outcome(self, story, promise):
        outcome, due = promise.outcome, promise.due_at
        settled, kept = promise.settled_at, promise.kept_at
        if due <= promise.made_at:
            yield f"{promise.kind} {promise.id}: promised what had passed"
        if outcome is None:
            if due < self.year.end and not state_at(story, due).silent:
                yield f"{promise.kind}: overdue at the end of the year"
        elif outcome == "replaced":
            if settled > due and not state_at(story, due).silent and \
                    not self.year.excused(due, settled):
                yield f"{promise.kind}: replaced after it was due"
        elif outcome == "kept":
            if kept is None or kept > due or settled != kept:
                yield f"{promise.kind}: kept, it says, too late"
            elif not self.came(story, promise, kept):
                yield f"{promise.kind}: kept by nothing"
        else:
            if kept is not None and kept <= due:
                yield f"{promise.kind}: broken, it says, but it came in time"
            # An agent's other time alone is told by a follow-up.
            told = any(row.kind in ("late", "followup")
                       and row.created_at == settled for row in story.rows)
            if settled <= due and not told and not state_at(
                    story, settled).silent and not story.happened(
                        settled, "late", "settlement-late"):
                yield f"{promise.kind}: given up without a word"
            if settled > due and not state_at(story, due).silent and \
                    not self.year.excused(due, settled):
                yield f"{promise.kind}: broken before anything was told"

    def outcomes(self, story):
        for promise in story.promises:
            yield from self.outcome(story, promise)

    def test_each_promise_is_kept_replaced_or_told_of_before_it_breaks(self):
        self.every(self.outcomes)

    def late_notices(self, story):
        late = {row.id for row in story.rows if row.kind == "late"}
        by_others = sum(event.what in ("promised", "reopened", "resumed")
                        for event in story.events)
        # Each of the two clocks ends with a notice that names no time.
        ends = 2 if story.office.settle else 1
        if len(late) > story.office.late_most + ends + by_others:
            yield f"{len(late)} late notices"
        known, new = set(), set()
        for promise in story.promises:
            key = promise.kind, promise.due_at
            if promise.kind != "update" and key not in known:
                new.add(promise.outbox)
            known.add(key)
        if len(new & late) > story.office.late_most:
            yield f"{len(new & late)} new times"

    def test_after_the_last_new_time_only_a_person_names_another(self):
        self.every(self.late_notices)

    # -- what was asked, and letters

    def reminders(self, story):
        asked, count, ended = None, 0, False
        for event in story.events:
            if event.what == "asked":
                asked, count, since = event.at, 0, event.at
            elif asked is None:
                continue
            elif event.what == "reminded":
                count += 1
                yield from self.waited(story, since, event.at, REMIND_AFTER)
                since = event.at
            elif event.what == "unanswered":
                yield from self.waited(story, since, event.at, END_AFTER)
                if count != REMINDERS:
                    yield f"it rests after {count} reminders"
                asked = None
            elif event.what in OPENS | SETTLES | {"answered", "bounced"}:
                asked = None
        walk = state_at(story, self.year.end)
        if asked is not None and walk.state == "waiting" and \
                not walk.silent and not story.quiet and \
                self.year.end - since > END_AFTER + DAY:
            yield "asked, and then forgotten"

    def waited(self, story, since, at, length):
        due = since + length
        if self.year.excused(due, at):
            return
        if at > due + SLACK:
            yield f"reminded {at - due} s late"
        if at < due - SLACK and not (
                story.office.quiet and due - at <= 11 * HOUR
                and story.office.calendar.quiet_since(due) == at):
            yield f"reminded {due - at} s early"

    def test_who_was_asked_is_reminded_twice_and_then_left_in_peace(self):
        self.every(self.reminders)

    def letters(self, story):
        sent = [event.at for event in story.events
                if event.what == "letter-due"]
        calendar = story.office.calendar
        dues = [calendar.due(after, story.opened_at)
                for after in story.office.letters]
        if len(sent) > len(dues):
            yield f"{len(sent)} letters"
        for at in sent:
            if not any(at == due or self.year.excused(due, at)
                       for due in dues):
                yield f"a letter at {at}, due {dues}"
        for due in dues:
            # What was settled before anything ran again owes none.
            back = self.year.runs_again(due)
            owed = state_at(story, due).owed and state_at(story, back).owed
            if due < self.year.end and owed and not any(
                    at == due or self.year.excused(due, at) for at in sent):
                yield f"no letter at {due}"

    def test_each_letter_comes_once_and_in_time(self):
        self.every(self.letters)

    # -- the words

    def test_every_time_that_a_mail_names_is_a_promise(self):
        rows = {row.id: (story, row) for story in self.year.stories
                for row in story.to_customer()}
        told = collections.defaultdict(list)
        for story in self.year.stories:
            for promise in story.promises:
                told[promise.outbox].append(promise)
        wrong, named = [], 0
        for number, text in read_mails(self.folder / "mails"):
            if number not in rows:
                continue
            story, row = rows[number]
            zone = story.office.calendar.zone
            promises = told.pop(number, [])
            for line in text.splitlines():
                for times in named_times(line, zone):
                    named += 1
                    if TOLD_OF_OTHERS.match(line):
                        continue
                    if not any(promise.words == line and
                               promise.due_at - promise.due_at % 60 in times
                               for promise in promises):
                        wrong.append(f"{story.ref}, {row.kind}: {line}")
            lines = set(text.splitlines())
            wrong += [f"{story.ref}, {row.kind}: not in the mail:"
                      f" {promise.words}" for promise in promises
                      if promise.words not in lines]
        self.assertEqual(wrong[:10], [], f"{len(wrong)} in all")
        self.assertGreater(named, TICKETS)

    # -- the counts

    def test_promises_are_counted_as_they_were(self):
        wanted = collections.defaultdict(list)
        late = set()
        for story in self.year.stories:
            late |= {(row.ticket, row.created_at) for row in story.rows
                     if row.kind == "late"}
            for promise in story.promises:
                wanted[story.mailbox, promise.kind].append(promise)
        self.assertEqual(set(self.year.counts), set(wanted))
        for key, promises in wanted.items():
            told = collections.Counter(
                promise.outcome or ("overdue" if promise.due_at
                                    < self.year.end else "open")
                for promise in promises)
            broken = [p for p in promises if p.outcome == "broken"]
            lateness = [p.kept_at - p.due_at for p in broken if p.kept_at]
            self.assertEqual(self.year.counts[key], (
                len(promises), told["kept"], told["broken"],
                told["replaced"], told["open"], told["overdue"],
                sum(p.settled_at <= p.due_at and
                    (p.ticket, p.settled_at) in late for p in broken),
                sum(p.kept_at is None for p in broken),
                int(statistics.median(lateness)) if lateness else 0,
                max(lateness, default=0)), key)

    # -- the year itself

    def test_all_of_it_happened(self):
        happened = collections.Counter(
            event.what for story in self.year.stories
            for event in story.events)
        for what in ("opened", "reopened", "resolved", "answered",
                     "promised", "asked", "reminded", "resumed", "late",
                     "letter-due", "unanswered", "bounced", "thanked",
                     "updated"):
            self.assertGreater(happened[what], 0, what)
        # Who writes on a closed matter opens another.
        self.assertGreaterEqual(len(self.year.stories), TICKETS)


if __name__ == "__main__":
    unittest.main()
