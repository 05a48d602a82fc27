"""What the checks of a text look for, compiled once."""

import re
from dataclasses import dataclass

# What a pattern in any case takes for i, s and k beside those themselves.
_OTHER_LETTERS = re.compile("[\u0130\u0131\u017f\u212a]")


@dataclass(frozen=True, slots=True)
class CluedPattern:
    """A pattern in any case, and clues in lower case of which whatever it matches holds one.

    Most texts hold none: to look for them first costs a fifth.
    """

    pattern: re.Pattern[str]
    clues: tuple[str, ...]

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, as the pattern itself finds it."""
        lower = text.lower()
        for clue in self.clues:
            if clue in lower:
                return self.pattern.search(text)
        return self.pattern.search(text) if _OTHER_LETTERS.search(text) else None


def _clues(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


# It begins with the blank: for that `re` runs through a text without trying each place.
SENTENCE_END = re.compile(r"\s(?:(?<=[.?!？！。]\s)\s*|(?<=\n)\n*)")
DIGIT = re.compile(r"\d")
CLAUSE_END = re.compile(r"(?<=[,;，])\s+|(?<=지만)\s|(?<=는데)[,\s]|(?<=으며)[,\s]")

# What makes a technology an alternative and not a claim: it is weighed, supposed, or said to be absent.
ALTERNATIVE = re.compile(
    r"대신|비교|대비|대안|옮긴다면|대체[할재한 ]|아닌|아니라|말고|달리|차이|"
    r"(?:전환|이전|도입)(?:한다면|하려면|할|하는\s?(?:것|편)이)|"
    r"(?:전환|이전|도입|적용|추가|사용|활용|확장|변경)(?:한다면|했다면|해야\s?한다면|하게\s?된다면|하자는|[을를]\s?(?:검토|고려))|"
    r"(?:바꾼|쓴|썼|골랐|선택했|선택한)다면|(?:옮기게\s?된|옮겨야\s?한)다면|"
    r"(?:경험|내용|언급|기록|사례|이력)\S*\s?(?:없(?!으셨|었나|나요|으신)|부족|보이지|드러나지|확인되지)|"
    r"\bvs\b|\bversus\b|instead of|rather than|compared? (?:to|with)|comparison|alternative|unlike|"
    r"(?-i:\bover\s+[A-Z])|\b(?:switch|switching|migrate|migrating|move|moving) to\b|"
    r"\bwere to (?:use|introduce|adopt|add)\b|\bhad (?:used|introduced|adopted|chosen)\b",
    re.IGNORECASE,
)
# Right after a technology: it is not there.
WITHOUT = re.compile(r"(?:이|가|을|를|은|는)?\s?없(?:이|는|다면)")
# A supposition that opens before the number, or closes its clause after it.
SUPPOSED_BEFORE = re.compile(
    r"만약|만일|가정|가령|예를 들어|목표|예상|"
    r"\b(?:if|suppose|imagine|assum\w+|say|what if|target|goal|were|would|should|hypothetical\w*|you['’]d|until|"
    r"(?:done|complete|finished) when)\b|"
    r"\bwhen\b[^.?!]*\b(?:grows|increases|rises|spikes|surges|jumps)\b",
    re.IGNORECASE,
)
# A condition in an earlier clause: what follows it is supposed as well, unless it is STATED.
CONDITION = re.compile(r"[다라]면(?=[\s,])")
# All of a sentence that leads up to a made-up situation is supposed, unless it says what the candidate has DONE.
SITUATION = re.compile(r"상황이(?:라면|\s?(?:발생|생긴|온))|상황을\s가정|다고\s가정|시나리오(?:에서|라면)")
DONE = re.compile(r"셨|하신|시킨|(?:줄인|높인|늘린|낮춘|올린)(?=\s)|(?:개선|단축|절감|향상|달성|확보)(?:한|된)(?=\s)")
# "the first five minutes", "the first hundred users" say when and not how much.
ORDINAL = re.compile(r"(?:첫|처음|최초|초기|\b(?:the|your) first)\s*$", re.IGNORECASE)
REMAINDER = re.compile(r"(?:나머지|남은|\b(?:remaining|other))\s*$", re.IGNORECASE)
SUPPOSED_AFTER = re.compile(
    r"(?<![화측반전장표양평단국])(?:면|라도|더라도|경우|때|상황|시나리오|목표|가정)(?=[\s,.은는에의을를이]|$)|"
    r"(?:증가|급증|폭증|발생|초과|유입|확대|확장|감소|저하|지연|중단|장애)\s?시(?=[\s,에의]|$)|시겠|"
    r"[에을를]\s(?:대비|견디는|견딜|감당하는|감당할)|"
    r"\b(?:if|hypothetical\w*)\b",
    re.IGNORECASE,
)
STATED = re.compile(
    r"(?:셨|했|았|었|였|됐|켰|렸|냈|겼)(?:는데|고|으며|지만|습니다|다고|던|을)|"
    r"(?:개선|단축|절감|향상|달성|확보)(?:한|된|하신|시킨)(?=\s)|(?:줄인|줄이신|높인|높이신|늘린|낮춘|올린)(?=\s)|"
    r"\b(?:you|your)\b.*\b(?:did|\w+ed)\b",
)

# An employer may not ask for these of the candidate; a nurse may well be asked about those of a patient.
_OF_OTHERS = "".join(
    rf"(?<!{person}{of} )" for person in ("환자", "환아", "보호자", "고객", "사용자", "회원") for of in ("", "의")
)
_FIRST_LETTERS = "용외체몸고본기미혼이배남아애여결개보가부재자전종교성예신피임출나연몇어태만사형"
PROHIBITED = re.compile(
    # At the start of a word alone: 기본적, 찾아내, 장애인, 매출산정 are words of their own. What the alternatives begin
    # with is looked at before they are tried one after the other, which costs four times as much.
    rf"(?<![가-힣])(?=[{_FIRST_LETTERS}])(?:용모|외모|{_OF_OTHERS}(?:체중|몸무게)|고향|본적|기혼|미혼|혼인|이혼|배우자|남편|아내|애인|"
    r"(?:남자|여자)\s?친구|결혼(?!\s*(?:정보|중개|준비|식|서비스|앱|플랫폼|시장|업체))|"
    r"(?:개인|보유|가족|부모)?재산(?!권)|자가\s*소유|전세(?!\s?계)|종교|교회|성당|예배|신앙|피임|"
    rf"{_OF_OTHERS}(?:임신|출산(?!\s*용품))|"
    rf"{_OF_OTHERS}나이(?:가|는|를|에|도|와|로)?(?![가-힣])|{_OF_OTHERS}연령(?![대층별])(?![,·/과와]?\s?(?:성별|지역))|"
    r"연세(?!대)|연배|몇\s*(?:살|년생)|출생\s*연도|어디(?:서|에서)\s*태어|태어난\s*(?:곳|지역|해)|나고\s*자라|"
    r"(?:만나는|사귀는)\s*(?:사람|분)|가정을\s*꾸|자녀(?:가|는|분이)?\s*(?:있|몇)|"
    rf"{_OF_OTHERS}(?:부모|아버|어머|가족|형제|자매|자녀)\S*\s*(?:의\s*)?(?:직업|학력|재산|소득|구성|관계|사항|무슨\s*일|"
    r"무엇을\s*하|어떤\s*일|뭐\s*하|출신|계획))|"
    r"출신\s*(?:지역|지는|지가|지를|고향|도시)|어느\s*지역\s*출신|"
    # A key of a cache or a table is asked for in the same words as a height.
    r"(?=[.?!\n본지당님씨혹현키])(?:(?:^|[.?!\n]\s*)|(?:본인|지원자|당신|님|씨)(?:은|는|의)?\s|(?:혹시|현재)\s)키(?:가|는)\s*(?:몇|얼마|크|작|어떻)|"
    r"키와\s*(?:몸무게|체중)|(?<![가-힣])신장(?:이|은|과)\s*(?:얼마|몇|체중|어떻)|"
    r"(?=[bcdghmprswy])\b(?:marital|married|marry|spouse|husband|wife|boyfriend|girlfriend|divorc\w+|pregnan\w+|religio\w+|church|hometown|"
    r"birthplace|place of birth|how old|your (?:age|height|weight|looks|appearance|property|wealth|assets)|"
    r"your (?:parents?|father|mother|family|siblings?|children)(?:'s|s')? (?:job|occupation|education|income|wealth|"
    r"property|background|do|does|work)|plan\w* to have (?:children|kids|a baby)|where (?:were you|you were) born|"
    r"year (?:were you|you were) born|(?:start|starting|raise|raising) a family)\b",
    re.IGNORECASE,
)
INSTRUCTIONS = CluedPattern(
    re.compile(
        # `user:123` is a key of a cache.
        r"(?<![A-Za-z] )(?<![A-Za-z])(?:system|assistant|user|developer|human)\s*:(?![A-Za-z0-9{<*])|"
        r"(?<![A-Za-z0-9])<\|?/?\s*(?:system|assistant|user|im_start|im_end|resume|resume_data|inst)\b|\[/?(?:INST|SYS)\]|"
        r"(?<![가-힣])(?:이전|위|앞선|앞의|기존|지금까지의|상기)의?\s*(?:모든\s*)?"
        r"(?:지시|(?:명령|프롬프트)(?=\S*\s*(?:모두\s*)?(?:무시|따르|따라|잊|출력|공개)))|"
        r"지시(?:사항)?(?:을|를)?\s*(?:모두\s*)?(?:무시하(?:고|라|세요|십시오)|따르(?:지\s*(?:말|마)|라|세요|십시오))|"
        r"시스템\s*프롬프트(?:를|의|는)?\s*(?:무시|출력|공개|보여|알려)|(?:AI|인공지능)\s*(?:언어\s*)?모델로서|저는\s*(?:AI|인공지능)|"
        r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|of|previous|prior|above|earlier)\s+)+"
        r"(?:instructions?|prompts?|rules?|messages?|directions?|context)\b|"
        r"\b(?:previous|prior|above|earlier)\s+(?:instructions?|prompts?)\b|"
        r"\b(?:reveal|print|show|output|repeat|leak)\s+(?:the\s+|your\s+|my\s+)?system\s+prompts?\b|"
        r"\bas an ai\b|\bai language model\b|"
        r"\byou are (?:an?|the) (?:ai|assistant|interviewer|chatbot|language model)\b",
        re.IGNORECASE,
    ),
    _clues(
        ":|<|[|지시|명령|프롬프트|모델로서|저는|ignore|disregard|forget|override|instruction|prompt|"
        "as an ai|language model|you are "
    ),
)
# What a page would act on or show otherwise than it reads: tags, comments, written-out angle brackets, images, links of
# Markdown. `List<A>` is a type.
MARKUP = CluedPattern(
    re.compile(
        r"(?<![A-Za-z0-9])</?(?:a|abbr|b|base|blockquote|body|br|button|center|code|details|div|em|embed|font|form|h[1-6]|head|hr|"
        r"html|i|iframe|img|input|li|link|marquee|meta|object|ol|p|pre|s|script|small|span|strong|style|sub|sup|svg|table|tbody|"
        r"td|template|textarea|tr|u|ul|video|audio|xml)\b[^<>]*+>|<!--|&(?:lt|#0{0,6}60|#x0{0,6}3c);|!\[[^\]\n]*+\]\s?\(|"
        r"\[[^\]\n]++\]\((?:[a-z]+:)?//|\b(?:javascript|vbscript|data:text/html|mailto):",
        re.IGNORECASE,
    ),
    _clues("<|&|[|javascript:|vbscript:|data:text/html|mailto:"),
)
# What may stand anywhere, by its first sign, and what begins a line.
MARKDOWN = re.compile(
    r"(?=[*_`\[~])(?:\*\*|__\w|`|\[[^\]]+\]\([^)]+\)|~~)|"
    r"^(?:\s{0,3}#{1,6}\s|\s*(?:[-*+]\s+\S|\d+\.\s+\S|>\s|\|.*\|))",
    re.MULTILINE,
)
# Runs of letters.
HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
LATIN = re.compile(r"[A-Za-z]+")
POLITE = re.compile(r"(?:니까|요|시오|죠|니다)[?.!？]?[\"'”’)\]]*$")
# Kana and Han letters.
FOREIGN = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")

# A quotation, which may be cut short by an ellipsis.
QUOTED = re.compile(r"[‘“\"']([^‘’“”\"']{2,300}?)(?:…|\.{3})?[’”\"']")
