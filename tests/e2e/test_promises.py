"""Business time against an independent implementation.

What is here follows the words of include/redress/promise.h and shares nothing
with the program: the zone is Python's own, and a calendar is one byte for each
minute of three years, so that a due date is a look into a table of sums.  The
random cases are the same in every run; what this costs is some ten seconds."""

import bisect
import datetime
import itertools
import os
import pathlib
import random
import subprocess
import tempfile
import unittest
import zoneinfo

PROGRAM = pathlib.Path(os.environ.get("REDRESS_PROGRAMS", "build/release"),
                       "tests/conformance/promise_answers")
CASES = 100_000
CALENDARS = 40
ZONES = ["Europe/Tallinn", "Europe/London", "America/New_York",
         "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Ho_Chi_Minh",
         "Asia/Shanghai", "Europe/Athens", "America/Santiago",
         "Asia/Kathmandu"]
FIRST = datetime.date(2026, 6, 1)
LAST = datetime.date(2029, 6, 1)
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
DAY_MINUTES = 24 * 60
NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def epoch(date):
    return int(datetime.datetime(
        date.year, date.month, date.day, tzinfo=UTC).timestamp())


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def all_days():
    date = FIRST - 3 * DAY
    while date < LAST + 3 * DAY:
        yield date
        date += DAY


class Week:
    """Random opening hours: their lines, and what each line opens."""

    def __init__(self, draw):
        self.shifts = {day: [] for day in range(7)}
        self.lines = []
        for _ in range(draw.randint(1, 3)):
            days = sorted(draw.sample(range(7), draw.randint(1, 5)))
            spans = [self.span(draw) for _ in range(draw.randint(1, 2))]
            self.lines.append(
                ",".join(NAMES[day] for day in days) + " " + ", ".join(
                    f"{clock(start)}-{clock(end)}" for start, end in spans))
            for day in days:
                self.shifts[day] += [
                    (start, end if end > start else end + DAY_MINUTES)
                    for start, end in spans]

    @staticmethod
    def span(draw):
        if draw.random() < 0.1:
            return 0, DAY_MINUTES
        start = draw.randrange(0, DAY_MINUTES)
        end = draw.choice([draw.randint(1, DAY_MINUTES),
                           min(start + 480, DAY_MINUTES),
                           (start + 300) % DAY_MINUTES or DAY_MINUTES])
        return (start, end) if start != end else (start, DAY_MINUTES)

    def of(self, weekday):
        """The minutes of a weekday, with the night before."""
        yesterday = self.shifts[(weekday - 1) % 7]
        return self.shifts[weekday] + [
            (0, end - DAY_MINUTES) for _, end in yesterday
            if end > DAY_MINUTES]


class Holidays:
    """Random events: their text, and what they do to days."""

    def __init__(self, draw):
        self.draw = draw
        self.text = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
        self.free, self.worked = set(), set()
        self.opens, self.closes = {}, {}
        self.number = 0
        for kind, most in ((self.single, 12), (self.shutdown, 3),
                           (self.yearly, 6), (self.nth_weekday, 4),
                           (self.half_day, 8), (self.yearly_half_day, 2),
                           (self.workday, 12), (self.extra_hours, 4)):
            for _ in range(draw.randint(0, most)):
                kind()
        self.text.append("END:VCALENDAR")

    def date(self):
        return FIRST + DAY * self.draw.randrange((LAST - FIRST).days)

    def event(self, *lines, uid=None):
        self.number += 1
        self.text += ["BEGIN:VEVENT", f"UID:{uid or self.number}", *lines,
                      "END:VEVENT"]

    def single(self):
        date = self.date()
        self.free.add(date)
        self.event(f"DTSTART;VALUE=DATE:{date:%Y%m%d}")

    def shutdown(self):
        date, days = self.date(), self.draw.randint(2, 16)
        self.free.update(date + DAY * i for i in range(days))
        self.event(f"DTSTART;VALUE=DATE:{date:%Y%m%d}",
                   f"DTEND;VALUE=DATE:{date + DAY * days:%Y%m%d}")

    def yearly(self):
        """Every year but one; in another it is moved by some days."""
        month, day = self.draw.randint(1, 12), self.draw.randint(1, 28)
        gone, moved = self.draw.sample(range(2026, 2030), 2)
        to = datetime.date(moved, month, day) + self.draw.randint(1, 3) * DAY
        self.free.update(datetime.date(year, month, day)
                         for year in range(2020, 2031)
                         if year not in (gone, moved))
        self.free.add(to)
        uid = f"yearly{self.number}"
        self.event(f"DTSTART;VALUE=DATE:2020{month:02}{day:02}",
                   "RRULE:FREQ=YEARLY",
                   f"EXDATE;VALUE=DATE:{gone}{month:02}{day:02}", uid=uid)
        self.event(f"RECURRENCE-ID;VALUE=DATE:{moved}{month:02}{day:02}",
                   f"DTSTART;VALUE=DATE:{to:%Y%m%d}", uid=uid)

    def nth_weekday(self):
        month, weekday = self.draw.randint(1, 12), self.draw.randrange(7)
        which = self.draw.choice([1, 2, 3, 4, -1])
        for year in range(2020, 2031):
            days = [date for date in (
                datetime.date(year, month, 1) + DAY * i for i in range(31))
                if date.month == month and date.weekday() == weekday]
            date = days[which - 1] if which > 0 else days[-1]
            self.free.add(date)
            first = date if year == 2020 else first
        self.event(f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
                   f"RRULE:FREQ=YEARLY;BYMONTH={month};"
                   f"BYDAY={which}{NAMES[weekday][:2].upper()}")

    def times(self, date, where):
        """Some hours from that day on, over midnight now and then."""
        start = self.draw.randrange(DAY_MINUTES)
        end = start + self.draw.randint(1, 900)
        for i in (0, 1):
            where.setdefault(date + DAY * i, []).append(
                (max(start - i * DAY_MINUTES, 0),
                 min(end - i * DAY_MINUTES, DAY_MINUTES)))
        return start, end

    @staticmethod
    def stamp(date, minute):
        date += DAY * (minute // DAY_MINUTES)
        minute %= DAY_MINUTES
        return f"{date:%Y%m%d}T{minute // 60:02}{minute % 60:02}00"

    def half_day(self):
        date = self.date()
        start, end = self.times(date, self.closes)
        self.event(f"DTSTART:{self.stamp(date, start)}",
                   f"DTEND:{self.stamp(date, end)}")

    def yearly_half_day(self):
        month, day = self.draw.randint(1, 12), self.draw.randint(1, 28)
        state = self.draw.getstate()
        for year in range(2026, 2030):
            self.draw.setstate(state)
            date = datetime.date(year, month, day)
            start, end = self.times(date, self.closes)
        date = datetime.date(2026, month, day)
        self.event(f"DTSTART:{self.stamp(date, start)}",
                   f"DTEND:{self.stamp(date, end)}", "RRULE:FREQ=YEARLY")

    def workday(self):
        """Often of a day that is free by its own event."""
        date = self.date()
        if self.free and self.draw.random() < 0.4:
            date = self.draw.choice(sorted(self.free))
        if self.draw.random() < 0.5:
            date += DAY * (6 - date.weekday())
        self.worked.add(date)
        self.event(f"DTSTART;VALUE=DATE:{date:%Y%m%d}", "CATEGORIES:WORKDAY")

    def extra_hours(self):
        date = self.date()
        start, end = self.times(date, self.opens)
        self.event(f"DTSTART:{self.stamp(date, start)}",
                   f"DTEND:{self.stamp(date, end)}",
                   "CATEGORIES:office,WORKDAY")


def minutes_of(date, week, holidays):
    """One byte for each minute that the clocks may show on a day."""
    model = next(day for day in range(7) if week.shifts[day])

    def replaced(day):
        return day in holidays.worked and not week.shifts[day.weekday()]

    is_free = date in holidays.free and date not in holidays.worked
    spans = [] if is_free else list(week.of(date.weekday()))
    if replaced(date):
        spans += week.shifts[model]
    if replaced(date - DAY) and not is_free:
        spans += [(0, end - DAY_MINUTES) for _, end in week.shifts[model]
                  if end > DAY_MINUTES]
    spans += holidays.opens.get(date, [])
    minutes = bytearray(DAY_MINUTES)
    for value, chosen in ((1, spans), (0, holidays.closes.get(date, []))):
        for start, end in chosen:
            length = min(end, DAY_MINUTES) - start
            if length > 0:
                minutes[start:start + length] = bytes([value]) * length
    return minutes


class Table:
    """Open or not, minute by minute of UTC, and the sums of that."""

    QUARTER = 15

    def __init__(self, zone, week, holidays):
        zone = zoneinfo.ZoneInfo(zone)
        days = {date: minutes_of(date, week, holidays)
                for date in all_days()}
        self.start = epoch(FIRST)
        self.open = bytearray()
        self.days = []          # of each quarter, in local days
        for at in range(self.start, epoch(LAST), 60 * self.QUARTER):
            local = datetime.datetime.fromtimestamp(at, zone)
            minute = local.hour * 60 + local.minute
            self.open += days[local.date()][minute:minute + self.QUARTER]
            self.days.append(local.toordinal())
        self.sums = list(itertools.accumulate(self.open, initial=0))
        self.closing = {}       # local day: the end of its last open minute
        for quarter, day in enumerate(self.days):
            first = quarter * self.QUARTER
            last = self.open.rfind(1, first, first + self.QUARTER)
            if last >= 0:
                self.closing[day] = self.start + 60 * (last + 1)
        self.open_days = sorted(self.closing)

    def before(self, at):
        """Open seconds from the beginning of the table until then."""
        minute, second = divmod(at - self.start, 60)
        return self.sums[minute] * 60 + (
            second if second and self.open[minute] else 0)

    def open_seconds(self, start, end):
        return max(self.before(end) - self.before(start), 0)

    def due_hours(self, start, seconds):
        """The first instant by which that much has been open; None if the
        table ends before."""
        wanted = self.before(start) + seconds
        minute = bisect.bisect_left(self.sums, -(-wanted // 60))
        if minute >= len(self.sums):
            return None
        return self.start + minute * 60 - (-wanted % 60)

    def due_days(self, start, count):
        """Midnight sharp belongs to the day that it ends."""
        day = self.days[(start - 1 - self.start) // (60 * self.QUARTER)]
        index = bisect.bisect_right(self.open_days, day) + count - 1
        if index >= len(self.open_days):
            return None
        return self.closing[self.open_days[index]]


def starts(draw, table, zone):
    """Anywhere, on a full minute, about midnight, or about a clock change."""
    end = epoch(datetime.date(2028, 3, 1))
    at = draw.randrange(table.start + 86400, end)
    kind = draw.randrange(4)
    if kind == 1:
        at -= at % 60
    elif kind == 2:
        local = datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone))
        at -= (local.hour * 60 + local.minute) * 60 + local.second
        at += draw.randint(-2, 2)
    elif kind == 3 and zone_changes(zone):
        at = draw.choice(zone_changes(zone)) + draw.randint(-90000, 90000)
    return at


def zone_changes(zone, known={}):
    """The days on which the clocks change."""
    if zone not in known:
        zone_info = zoneinfo.ZoneInfo(zone)
        offsets = [(at, datetime.datetime.fromtimestamp(at, zone_info)
                    .utcoffset())
                   for at in range(epoch(FIRST) + 2 * 86400,
                                   epoch(datetime.date(2028, 3, 1)), 86400)]
        known[zone] = [two[0] for one, two in itertools.pairwise(offsets)
                       if one[1] != two[1]]
    return known[zone]


class Promises(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def ask(self, zone, week, holidays, questions):
        path = pathlib.Path(self.folder.name, "holidays.ics")
        path.write_text("\r\n".join(holidays.text) + "\r\n")
        lines = [f"zone {zone}", *(f"hours {line}" for line in week.lines)]
        if holidays.number:
            lines.append(f"holidays {path}")
        lines += [f"{word} {one} {two}" for word, one, two in questions]
        told = subprocess.run(
            [PROGRAM], input="\n".join(lines) + "\n", text=True, check=True,
            stdout=subprocess.PIPE)
        return [int(line) for line in told.stdout.split()]

    def questions(self, draw, zone, table, count):
        """Each with the answer known here."""
        while count:
            start = starts(draw, table, zone)
            word = draw.choice(["hours", "days", "open"])
            if word == "hours":
                two = draw.choice([draw.randint(1, 200_000),
                                   3600 * draw.randint(1, 40)])
                answer = table.due_hours(start, two)
            elif word == "days":
                two = draw.randint(1, 25)
                answer = table.due_days(start, two)
            else:
                two = start + draw.randint(-1000, 40 * 86400)
                answer = table.open_seconds(start, two)
            if answer is not None:
                count -= 1
                yield (word, start, two), answer

    def test_a_hundred_thousand_answers_agree(self):
        draw = random.Random(20261122)
        agreed = 0
        for number in range(CALENDARS):
            zone = ZONES[number % len(ZONES)]
            week, holidays = Week(draw), Holidays(draw)
            table = Table(zone, week, holidays)
            cases = list(self.questions(
                draw, zone, table, CASES // CALENDARS))
            told = self.ask(zone, week, holidays,
                            [question for question, _ in cases])
            self.assertEqual(len(told), len(cases))
            for (question, answer), got in zip(cases, told):
                if got != answer:
                    self.fail(f"{zone} {week.lines} {question}: {got}, not "
                              f"{answer}\n" + "\n".join(holidays.text))
                agreed += 1
        self.assertEqual(agreed, CASES)


if __name__ == "__main__":
    unittest.main()
