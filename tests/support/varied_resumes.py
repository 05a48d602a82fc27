"""Resumes of made-up people, the same for the same seed, full of personal data in every place and spelling."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_FAMILY = ("김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "남궁", "황보")
_ROMAN = ("Kim", "Lee", "Park", "Choi", "Jung", "Kang", "Cho", "Yoon", "Jang", "Lim")
_GIVEN = ("철수", "영희", "민준", "서연", "하늘", "지훈", "예은", "현우", "수빈", "도윤")
_GIVEN_ROMAN = ("Cheolsu", "Young-hee", "Minjun", "Seoyeon", "Haneul", "Jihoon", "Ye-eun", "Hyunwoo", "Subin", "Doyoon")
_ENGLISH = ("Jane Doe", "Oliver Twist Hansen", "Mary-Ann O'Neil", "May Fletcher", "Priya Raman", "Lukas Weber")
_SHORT = ("허준", "김설", "박솔", "윤건")
_TOWNS = ("서울특별시 강남구", "부산시 해운대구", "경기도 성남시 분당구", "대전 유성구", "제주특별자치도 제주시")
_ROADS = ("테헤란로", "달맞이길", "판교역로", "대학로", "연북로")
_HOSTS = ("naver.com", "gmail.com", "example.co.kr", "daum.net")
_STACKS = (
    ("Java", "Spring Boot", "MySQL", "Redis"),
    ("Python", "Django", "PostgreSQL", "Kafka"),
    ("TypeScript", "React", "Next.js"),
    ("Kotlin", "Kubernetes", "Prometheus"),
)
_PROJECTS = ("정산 자동화 플랫폼", "예약 알림 서비스", "물류 추적 시스템", "상품 추천 파이프라인")
_RESULTS = ("배치 처리 시간을 40% 단축", "오류율을 2%에서 0.3%로 낮춤", "하루 30만 건의 알림을 안정적으로 발송")


@dataclass(frozen=True, slots=True)
class VariedResume:
    """A resume, and what of it may not leave: `words` by their letters, `numbers` by their digits."""

    resume: dict[str, Any]
    words: tuple[str, ...]
    numbers: tuple[str, ...]

    def leaked(self, text: str) -> list[str]:
        """What stands in a text all the same, whatever its case, blanks and separators."""
        letters = re.sub(r"[\s.\-'_]+", "", text).casefold()
        digits = re.sub(r"[\s.\-/·–()_]+", "", text)
        found = [word for word in self.words if re.sub(r"[\s.\-'_]+", "", word).casefold() in letters]
        return found + [number for number in self.numbers if number in digits]


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    mentions: tuple[str, ...]
    words: tuple[str, ...]
    handle: str


def varied_resume(seed: int) -> VariedResume:
    """The resume of one seed: every kind of personal data, hidden in the texts of work, projects and sections."""
    chance = random.Random(seed)
    person = _person(seed, chance)
    mobile, landline, resident = _mobile(chance), _landline(chance), _resident(chance)
    mail, other_mail = f"{person.handle}@{chance.choice(_HOSTS)}", f"{person.handle}.work@{chance.choice(_HOSTS)}"
    flat, road = chance.randint(100, 9999), chance.choice(_ROADS)
    address = f"{chance.choice(_TOWNS)} {road} {flat}"
    hidden = [
        *person.mentions,
        f"연락은 {chance.choice(_MOBILE_FORMS)(mobile)}로 부탁드립니다.",
        f"사무실 {chance.choice(_LANDLINE_FORMS)(landline)} 에 문의",
        f"본인 확인용 {chance.choice(_RESIDENT_FORMS)(resident)} 기재",
        f"메일은 {chance.choice(_MAIL_FORMS)(other_mail)} 입니다.",
        f"저장소는 {chance.choice(_LINK_FORMS)(person.handle)} 참고",
        f"거주지는 {address}{chance.choice(('', ', 101동 1502호', ' 3층', '에서 출퇴근'))}",
    ]
    chance.shuffle(hidden)
    return VariedResume(
        resume=_resume(seed, person, chance, (mail, mobile, address), hidden),
        words=(*person.words, mail, other_mail, person.handle, f"{road}{flat}", "101동1502호"),
        numbers=(mobile, mobile[-8:], landline, resident, resident[6:]),
    )


def _resume(
    seed: int, person: _Person, chance: random.Random, contact: tuple[str, str, str], hidden: Sequence[str]
) -> dict[str, Any]:
    mail, mobile, address = contact
    stack = chance.choice(_STACKS)
    return {
        "unique_key": f"{person.handle}-{seed}",
        "name": person.name,
        "summary": f"{hidden[0]} {stack[1]}를 쓰는 {chance.randint(1, 12)}년 차 개발자. {hidden[1]}",
        "contact_info": {
            "email": mail,
            "phone": chance.choice(_MOBILE_FORMS)(mobile),
            "address": address,
            "github": f"https://github.com/{person.handle}",
            "links": [f"https://{person.handle}.tistory.com/about"],
        },
        "work_experiences": [
            {
                "company": "가나다테크",
                "position": "백엔드 개발자",
                "duration": "2021.03 ~ 2024.08",
                "project_name": _PROJECTS[seed % len(_PROJECTS)],
                "description": f"{hidden[2]} {chance.choice(_RESULTS)}. {hidden[3]}",
                "tech_stack": list(stack),
                "achievements": [*_RESULTS, hidden[4]],
                "responsibilities": [hidden[5]],
            }
        ],
        "personal_projects": [
            {
                "name": "가계부 앱",
                "description": hidden[6],
                "tech_stack": list(stack[:2]),
                "key_achievements": [f"사용자 1200명 확보. {hidden[7]}"],
                "url": f"https://{person.handle}.github.io/book",
            }
        ],
        "activities": [{"name": "사내 발표", "description": hidden[-1], "url": f"https://x.example/{person.handle}"}],
        "technical_skills": {"frameworks": [stack[1]], "others": ["Docker", hidden[8] if len(hidden) > 8 else "Git"]},
        "sections": [{"title": "기타", "text": "\n".join(hidden)}],
        "total_experience_months": chance.randint(0, 150),
    }


def _person(seed: int, chance: random.Random) -> _Person:
    number = chance.randint(10, 99)
    if seed % 4 == 3:
        return _english(chance.choice(_ENGLISH), number)
    if seed % 10 == 4:
        return _korean_short(chance.choice(_SHORT), number)
    index = seed % len(_GIVEN)
    return _korean(chance.choice(_FAMILY), index, chance, number)


def _korean(family: str, index: int, chance: random.Random, number: int) -> _Person:
    given, full = _GIVEN[index], family + _GIVEN[index]
    particle = chance.choice(
        ("가", "이", "는", "의", "에게", "님", "님과", "씨는", "입니다", "였습니다", "이라고", "처럼", " 드림")
    )
    mentions = [
        f"팀에서 {full}{particle} 맡은 일.",
        f"동료들은 {given}님이라고 불렀습니다.",
        chance.choice(
            (
                f"안녕하세요 {full}입니다.",
                f"저는{full}입니다.",
                f"({full})",
                f"성명: {' '.join(full)}",
                f"{family} {given} 배상",
            )
        ),
    ]
    words = [full]
    name = full
    roman = _roman_of(family)
    if roman:
        latin = f"{_GIVEN_ROMAN[index]} {roman}"
        mentions.append(f"Also known as {chance.choice((latin, f'{roman} {_GIVEN_ROMAN[index]}'))} in English.")
        words.append(_GIVEN_ROMAN[index])
        name = chance.choice((full, full, f"{full} ({latin})", f"{latin} / {full}"))
    return _Person(name, tuple(mentions), tuple(words), f"{_GIVEN_ROMAN[index].lower().replace('-', '')}{number}dev")


def _korean_short(full: str, number: int) -> _Person:
    mentions = (f"{full}이 설계했고 {full}의 제안으로 시작", f"작성자 {full}", f"동료 {full}님")
    return _Person(full, mentions, (full,), f"shortname{number}")


def _english(full: str, number: int) -> _Person:
    first, last = full.split()[0], full.split()[-1]
    mentions = (
        f"{first} led the migration, and {last} presented it.",
        f"Reviewed by {full.upper()}.",
        f"{last}, {first} joined in May 2021.",
    )
    return _Person(
        full, mentions, (first if first != "May" else full, last), f"{last.lower().replace(chr(39), '')}{number}x"
    )


def _roman_of(family: str) -> str:
    order = _FAMILY.index(family)
    return _ROMAN[order] if order < len(_ROMAN) else ""


def _mobile(chance: random.Random) -> str:
    return f"010{chance.randint(2000, 9999)}{chance.randint(1000, 9999)}"


def _landline(chance: random.Random) -> str:
    return f"{chance.choice(('02', '031', '051', '070'))}{chance.randint(200, 9999)}{chance.randint(1000, 9999)}"


def _resident(chance: random.Random) -> str:
    date = f"{chance.randint(60, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    return f"{date}{chance.randint(1, 4)}{chance.randint(100_000, 999_999)}"


def _area(number: str) -> tuple[str, str, str]:
    start = 2 if number.startswith("02") else 3
    return number[:start], number[start:-4], number[-4:]


_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")
_Form = Callable[[str], str]
_MOBILE_FORMS: tuple[_Form, ...] = (
    lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"{n[:3]}.{n[3:7]}.{n[7:]}",
    lambda n: f"{n[:3]} {n[3:7]} {n[7:]}",
    lambda n: f"{n[:3]} - {n[3:7]} - {n[7:]}",
    lambda n: f"{n[:3]}–{n[3:7]}–{n[7:]}",
    lambda n: f"({n[:3]}) {n[3:7]}-{n[7:]}",
    lambda n: f"{n[:3]}){n[3:7]}-{n[7:]}",
    lambda n: f"{n[:3]}/{n[3:7]}/{n[7:]}",
    lambda n: f"{n[:3]}·{n[3:7]}·{n[7:]}",
    lambda n: f"+82 {n[1:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"+82-(0){n[1:3]}-{n[3:7]}-{n[7:]}",
    lambda n: f"+82{n[1:]}",
    lambda n: f"0082-{n[1:3]}-{n[3:7]}-{n[7:]}",
    lambda n: n,
    lambda n: f"{n[:3]}-{n[3:5]}\u200b{n[5:7]}-{n[7:]}",
    lambda n: f"{n[:3]}-{n[3:7]}-{n[7:]}".translate(_WIDE),
)
_LANDLINE_FORMS: tuple[_Form, ...] = (
    lambda n: "-".join(_area(n)),
    lambda n: "{})\u0020{}-{}".format(*_area(n)),
    lambda n: "({}) {}-{}".format(*_area(n)),
    lambda n: " ".join(_area(n)),
    lambda n: ".".join(_area(n)),
    lambda n: "+82-{}-{}-{}".format(_area(n)[0][1:], *_area(n)[1:]),
    lambda n: "-".join(_area(n)).translate(_WIDE),
)
_RESIDENT_FORMS: tuple[_Form, ...] = (
    lambda n: f"{n[:6]}-{n[6:]}",
    lambda n: n,
    lambda n: f"{n[:6]} {n[6:]}",
    lambda n: f"{n[:6]} - {n[6:]}",
    lambda n: f"{n[:6]}–{n[6:]}",
    lambda n: f"{n[:6]}\u200b-{n[6:]}",
    lambda n: f"{n[:6]}-{n[6:]}".translate(_WIDE),
)
_MAIL_FORMS: tuple[_Form, ...] = (
    lambda m: m,
    lambda m: m.replace("@", "＠"),
    lambda m: m.replace("@", "(at)"),
    lambda m: m.replace("@", " [at] ").replace(".", " [dot] ") if m.count(".") == 1 else m,
    lambda m: m.replace("@", "골뱅이"),
    lambda m: m.upper(),
    lambda m: f"<{m}>",
)
_LINK_FORMS: tuple[_Form, ...] = (
    lambda h: f"https://github.com/{h}/book",
    lambda h: f"github.com/{h}",
    lambda h: f"velog.io/@{h}/posts",
    lambda h: f"{h}.github.io",
    lambda h: f"www.{h}.example",
    lambda h: f"GitHub 계정 {h}",
    lambda h: f"카카오톡 아이디: {h}",
    lambda h: f"portfolio.example/{h}",
    lambda h: f"[블로그](https://{h}.tistory.com)",
)
