"""Masking: personal data leaves a resume, ordinary words stay."""

import unicodedata
from typing import Any

import pytest

from shared.resume_profile.masking import contains_personal_data, mask_resume

WITH_PERSONAL_DATA = {
    "resident number": "제 주민번호는 900101-1234567 입니다",
    "resident number without dash": "9001011234567",
    "masked resident number": "900101-1******",
    "foreigner": "850315-5******",
    "mobile": "연락처 010-1234-5678",
    "mobile in one": "01012345678",
    "mobile with dots": "010.9876.5432 로 연락 주세요",
    "mobile with country": "+82 10-1234-5678",
    "old mobile": "016-234-5678",
    "landline": "사무실 02-123-4567",
    "landline of a region": "031) 123-4567",
    "mail": "kim.dev@example.com 으로",
    "link": "블로그는 https://blog.example.com/kim 입니다",
    "profile without scheme": "github.com/kimdev 참고",
    "host with a path": "portfolio.example/kim 참고",
    "resident number with blanks": "900101 - 1234567",
    "mobile with blanks": "010 - 1234 - 5678",
    "mobile in brackets": "(010) 1234-5678",
    "mobile with trunk": "+82-(0)10-1234-5678",
    "mobile with slashes": "010/1234/5678",
    "mobile in words": "공일공-일이삼사-5678",
    "number of another country": "+1 415 555 0100",
    "landline without signs": "0212345678",
    "mail with a word": "kim.dev(at)example.com",
    "mail in Korean": "kimdev골뱅이naver.com",
    "mail with blanks": "kimdev @ naver.com",
    "messenger": "카카오톡 아이디: kimdev90",
    "address": "거주지는 서울특별시 강남구 테헤란로 123, 101동 1502호",
    "lot": "경기도 성남시 분당구 정자동 178-1",
    "flat": "한빛아파트 101동 1502호",
    "address in English": "123-4, Teheran-ro, Gangnam-gu, Seoul",
    "street": "lives at 12 Baker Street",
    "birthday": "생년월일: 1990.01.02",
    "year of birth": "1990년생",
}
WITHOUT_PERSONAL_DATA = {
    "period": "2022.01 ~ 2024.12",
    "day": "2024-03-15 배포",
    "version": "Spring Boot 3.2.1, Java 17.0.9",
    "service number": "1588-1234 상담 센터 구축",
    "large number": "하루 200000000건 처리",
    "ip address": "10.0.12.3 대역",
    "order number": "주문 20240315-00012",
    "packages": "Node.js, Vue.js, ASP.NET, Socket.IO",
    "improvement": "1.2초에서 180ms로 개선",
    "since": "출시 이후로 2배 성장, 연구 결과로 3건 채택",
    "a request": "요구 서버로 10대 증설",
    "growth": "+20000000 건, +3.5%p",
    "annotation": "@Transactional 범위와 @Cacheable 키",
    "an employer's town": "서울 강남구 소재",
    "net": "ASP.NET/C#, Socket.IO/WebSocket",
    "years": "2019년 상반기 생산성",
}


@pytest.mark.parametrize("text", WITH_PERSONAL_DATA.values(), ids=WITH_PERSONAL_DATA)
def test_personal_data_in_free_text_is_found_and_replaced(text: str) -> None:
    """What looks like personal data is replaced, remembered, and gone from the masked resume."""
    resume = {"name": "김개발", "summary": text}

    masked = mask_resume(resume)

    assert contains_personal_data(text, ())
    assert "[" in masked.resume["summary"]
    assert not contains_personal_data(masked.resume["summary"], masked.personal)
    assert len(masked.personal) == 2


@pytest.mark.parametrize("text", WITHOUT_PERSONAL_DATA.values(), ids=WITHOUT_PERSONAL_DATA)
def test_other_numbers_and_words_stay(text: str) -> None:
    """Dates, versions, amounts and package names are not personal data."""
    resume = {"name": "김개발", "summary": text}

    masked = mask_resume(resume)

    assert masked.resume["summary"] == text
    assert not contains_personal_data(text, masked.personal)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("김개발", "저는 김개발입니다. 개발을 좋아합니다", "저는 [이름]입니다. 개발을 좋아합니다"),
        ("김개발", "김개발은 개발팀에서 개발했다", "[이름]은 개발팀에서 개발했다"),
        ("김개발", "김개발자 모임", "김개발자 모임"),
        ("김개발", "동료들은 개발님이라고 불렀다", "동료들은 [이름]님이라고 불렀다"),
        ("김개발", "김 개발 드림, 신입 개발자", "[이름] 드림, 신입 개발자"),
        ("이상", "3년 이상 운영, 이상 징후 탐지", "3년 이상 운영, 이상 징후 탐지"),
        ("이상", "이상님과 함께", "[이름]님과 함께"),
        ("김", "김밥 가게 운영, 김 포장", "김밥 가게 운영, 김 포장"),
        ("Will", "Will led it; it will run", "[이름] led it; it will run"),
        ("Jo", "Jo joined Jordan", "[이름] joined Jordan"),
        ("Jane Doe", "JANE DOE, Jane Doering", "[이름], [이름] Doering"),
        ("신입개발자", "신입 개발자로 지원", "신입 개발자로 지원"),
        ("김철수", "저는김철수입니다. 김철수처럼, 김철수였고", "저는[이름]입니다. [이름]처럼, [이름]였고"),
        ("김철수", "성명: 김 철 수 (金哲洙)", "성명: [이름]"),
        ("김철수", "Cheolsu Kim, Kim Cheol-su", "[이름], [이름]"),
        ("김철수 (Alex Kim)", "김철수가 Alex로 일했다", "[이름]가 [이름]로 일했다"),
        ("남궁민수", "민수님, 남궁 민수", "[이름]님, [이름]"),
        ("이마케터", "퍼포먼스 마케터라는 직무", "퍼포먼스 마케터라는 직무"),
        ("허준", "허준이 설계하고 허준의 제안으로", "[이름]이 설계하고 [이름]의 제안으로"),
        ("정보", "정보를 정리하고 정보의 흐름을", "정보를 정리하고 정보의 흐름을"),
        ("May Lee", "May 2021 May led it", "May 2021 [이름] led it"),
        ("Min-su Park", "Minsu and MIN-SU and Min su", "[이름] and [이름] and [이름]"),
        ("Dan Swift", "Swift로 만든 앱, Dan", "Swift로 만든 앱, [이름]"),
    ],
)
def test_a_name_is_masked_as_a_word_of_its_own(name: str, text: str, expected: str) -> None:
    """A name goes wherever it stands as a name, and never takes a part of another word with it."""
    resume = {"name": name, "summary": text}

    masked = mask_resume(resume)

    assert masked.resume == {"name": "[이름]", "summary": expected}


def test_contact_data_goes_wherever_it_stands() -> None:
    """Contact fields are dropped, their strings are masked in every text, and pages of projects are hidden."""
    resume: dict[str, Any] = {
        "unique_key": "kim-2026",
        "name": "김개발",
        "contact_info": {
            "email": "kim@example.com",
            "phone": "+1 415 555 0100",
            "address": "서울시 강남구 테헤란로 1",
            "links": ["kim.example.page"],
        },
        "personal_projects": [
            {"name": "서울시 버스 앱", "url": "https://example.com/bus", "description": "문의 +1 415 555 0100"}
        ],
        "sections": [{"title": "기타", "text": "집은 서울시 강남구 테헤란로 1, 페이지는 kim.example.page"}],
    }

    masked = mask_resume(resume)

    assert masked.resume == {
        "name": "[이름]",
        "personal_projects": [{"name": "서울시 버스 앱", "url": "[링크]", "description": "문의 [전화]"}],
        "sections": [{"title": "기타", "text": "집은 [주소], 페이지는 [링크]"}],
    }
    assert masked.personal == {
        "김개발",
        "kim@example.com",
        "+1 415 555 0100",
        "서울시 강남구 테헤란로 1",
        "kim.example.page",
        "https://example.com/bus",
    }


def test_decomposed_and_wide_characters_hide_nothing() -> None:
    """Masking sees through full-width digits and decomposed Hangul."""
    resume = {
        "name": "김개발",
        "summary": unicodedata.normalize("NFD", "김개발의 번호는 ") + "０１０－１２３４－５６７８",
    }

    masked = mask_resume(resume)

    assert masked.resume["summary"] == "[이름]의 번호는 [전화]"


@pytest.mark.parametrize(
    "resume", [{}, {"name": ""}, {"name": None, "contact_info": None, "personal_projects": [None, 3]}]
)
def test_any_shape_is_masked_without_failing(resume: dict[str, Any]) -> None:
    """A resume with holes in it is no reason to fail."""
    given = dict(resume)

    masked = mask_resume(given)

    assert masked.personal == frozenset()


@pytest.mark.parametrize("run", ["-", "a", "가-", "a.", "1", "_", "02-", "github.com/-"])
def test_endless_runs_do_not_hold_the_process(run: str) -> None:
    """Nothing but letters of addresses takes milliseconds, where trying every place would take a minute."""
    texts = [f"{run * (10_000 // len(run))} kim@example.com kim.github.io"] * 26

    masked = mask_resume({"sections": [{"text": text} for text in texts]})

    assert {section["text"][-9:] for section in masked.resume["sections"]} == {"[메일] [링크]"[-9:]}
