"""What can be asked about payment and the figures of the fee schedules, as data; see `topics`."""

from __future__ import annotations

from typing import Final

from codegraph.answers.topic import Topic
from codegraph.answers.topic_words import DOING, OF_PRICE, PAY, PAYING, PEOPLE

_SCHEDULE: Final = "schedule fee fees mpfs pfs national nationally nationwide basis level"
_STATUS: Final = r"status(?: (?:indicators?|code|letter))?"

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(
        "price",
        (PAY,),
        f"{PEOPLE} {PAYING} {_SCHEDULE} {DOING} allowed allow allows allowable much setting settings locality "
        "area when carrier contractor priced total amount amounts rate rates dollar dollars back roughly "
        "price prices cost costs fee billed bill or collect from own vs versus if paid-out receive",
        codes=(1, 4),
        mods=(0, 4),
        takes="day place",
        settings=OF_PRICE,
        sample="What does Medicare pay a physician for {codes}?",
    ),
    Topic(
        "session",
        (
            PAY,
            r"same (?:session|operation|operative session|day|surgery)|one (?:session|operation)"
            r"|multiple procedures?",
        ),
        f"{PEOPLE} {PAYING} {_SCHEDULE} {DOING} session if both when during operative together total same "
        "amount amounts one combined reduction multiple",
        codes=(2, 6),
        takes="day place",
        settings=OF_PRICE,
        rank=2,
        sample="What does Medicare pay a surgeon for {codes} in the same session?",
    ),
    Topic(
        "together?",
        (PAY, r"together|combined"),
        f"{PEOPLE} {PAYING} with when both if",
        codes=(2, 6),
        takes="day",
        readings=(
            "What does Medicare pay a surgeon for {codes} in the same session?",
            "Is there an NCCI edit between {codes}?",
        ),
        rank=2,
    ),
    Topic(
        "rvu",
        (
            r"rvus?|wrvus?|rvu's|relative values?(?: units?)?|relative weights?|work values?|work units?"
            r"|practice expense|malpractice",
        ),
        f"{PEOPLE} {PAYING} {_SCHEDULE} work total practice expense malpractice pe mp many much value values "
        "units unit number assigned carry carries worth vs versus relative rvu rvus setting component "
        "components breakdown split break broken down weight",
        codes=(1, 4),
        mods=(0, 2),
        takes="day",
        settings=OF_PRICE,
        sample="How many RVUs does {codes} have?",
    ),
    Topic(
        "factor",
        (r"conversion factors?|cf",),
        f"{PEOPLE} {PAYING} {_SCHEDULE} used uses using multiplied applied applies behind price",
        codes=(1, 1),
        takes="day",
        rank=3,
        sample="Which conversion factor is behind the price of {codes}?",
    ),
    Topic(
        "global",
        (
            r"globals?|global (?:periods?|days?|surgery|package|surgical package)"
            r"|post ?op(?:erative)? (?:days"
            r"|period)|follow ?up (?:days|period)|(?:0|10|90) days? globals?"
            r"|(?:follow ?ups?|visits?|rechecks?)(?= .*\b(?:after|following|weeks?)\b)"
            r"|(?:after|following) .*(?:follow ?ups?|visits?|rechecks?)|(?:follow ?up|visit) (?:at"
            r"|on) day \d+"
            r"|days .* (?:follow up|postoperative|post op) care|surgical package"
            r"|post ?op(?:erative)? visits?|(?:major|minor) (?:surgery|procedure)",
        ),
        f"{PEOPLE} {PAYING} {DOING} many long subject period periods day days package surgical length "
        "postoperative follow followup included post op operative apply applies after when since if visit "
        "visits office sees seen week weeks bill billed separately last lasts end ends start starts minor "
        "major same include includes inside within cover covers covered later following recheck assigned "
        "carry carries number kind type care falls still patient patients e m em add addon",
        codes=(1, 4),
        takes="day number",
        sample="What is the global period of {codes}?",
    ),
    Topic(
        "status-of-fees",
        (
            rf"(?:fee schedule|mpfs|pfs|physician) {_STATUS}|{_STATUS}(?= .*(?:fee schedule|mpfs|pfs|physician))"
            r"|(?:active|payable|paid|valid|listed|on|separately payable)(?= .*(?:fee schedule|mpfs|pfs))"
            r"|(?:carrier|contractor) priced",
        ),
        f"{PEOPLE} {_SCHEDULE} indicator indicators status active payable paid listed priced letter carrier "
        "contractor separately assigned",
        codes=(1, 4),
        takes="day",
        rank=2,
        sample="What is the fee schedule status of {codes}?",
    ),
    Topic(
        "statuses",
        (r"status (?:indicators?|code|letter)",),
        f"{PEOPLE} status indicator letter assigned",
        codes=(1, 4),
        takes="day",
        rank=1,
        sample="What is the status indicator of {codes}?",
    ),
    Topic(
        "rank",
        (
            r"ranks?|ranked|ranking|percentiles?|peers?|compare to (?:other|similar) codes|family"
            r"|how does <code> compare|stand among|relative to|compared? (?:to|with) (?:other"
            r"|similar|its|the)"
            r"|(?:high|low|expensive)(?= .*(?:compared|among|peers|others?|similar|relative))|highly valued",
        ),
        f"{PEOPLE} {PAYING} {_SCHEDULE} where rank ranks ranked ranking percentile percentiles compare "
        "compares compared comparison among peers peer similar other others family work rvu rvus value values "
        "valued price prices stand stands against high highly low relative with group expensive median bowel "
        "intestine intestinal colon total terms to's",
        takes="day",
        sample="How does {codes} rank among its peers?",
    ),
    Topic(
        "outpatient",
        (
            r"opps|apcs?|ambulatory payment classifications?|inpatient only(?: list)?|ipo(?: list)?"
            r"|addendum [be]"
            r"|(?:hospital )?outpatients?(?: (?:status|payment|hospital|rate|department|setting"
            r"|surgery|basis|clinic))*"
            r"|hospital outpatient|as an inpatient|inpatient|packaged|same day surgery|ambulatory surgery",
        ),
        f"{PEOPLE} {PAYING} {DOING} status indicator indicators rate rates hospital hospitals outpatient only "
        "listed inpatient department much apc opps setting addendum amount facility group groups grouped fall "
        "falls belong belongs assigned patient patients basis packaged have-to separately when if stay "
        "admitted admission or",
        codes=(1, 4),
        mods=(0, 2),
        takes="day",
        rank=2,
        sample="What is the outpatient status of {codes}?",
    ),
    Topic(
        "hospital?",
        (PAY + r"|rates?", r"hospitals?|rates?"),
        f"{PEOPLE} {PAYING} hospital hospitals rate rates setting",
        codes=(1, 4),
        takes="day",
        readings=(
            "What does Medicare pay a physician for {codes} in a facility?",
            "What is the outpatient hospital payment rate of {codes}?",
        ),
    ),
)
