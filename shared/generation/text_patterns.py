"""What the checks of a text look for, compiled once."""

import re

SENTENCE_END = re.compile(r"(?<=[.?!？！。])\s+|\n+")
CLAUSE_END = re.compile(r"(?<=[,;，])\s+|(?<=지만)\s|(?<=는데)[,\s]|(?<=으며)[,\s]")

# What makes a technology an alternative and not a claim.
ALTERNATIVE = re.compile(
    r"대신|비교|대비|대안|옮긴다면|대체[할재한 ]|아닌|아니라|말고|달리|차이|(?:전환|이전|도입)(?:한다면|하려면|할)|"
    r"바꾼다면|\bvs\b|\bversus\b|instead of|rather than|compared? (?:to|with)|comparison|alternative|unlike|"
    r"(?-i:\bover\s+[A-Z])|\b(?:switch|switching|migrate|migrating|move|moving) to\b",
    re.IGNORECASE,
)
# A supposition that opens before the number, or closes its clause after it.
SUPPOSED_BEFORE = re.compile(
    r"만약|만일|가정|가령|예를 들어|목표|예상|"
    r"\b(?:if|suppose|imagine|assum\w+|say|what if|target|goal|were|would|should|hypothetical\w*)\b",
    re.IGNORECASE,
)
SUPPOSED_AFTER = re.compile(
    r"(?<![화측반전장표양평단국])(?:면|라도|더라도|경우|때|상황|목표|가정)(?=[\s,.은는에의을를이]|$)|"
    r"\b(?:if|hypothetical\w*)\b",
    re.IGNORECASE,
)
STATED = re.compile(
    r"(?:셨|했|았|었|였|됐|켰|렸|냈|겼)(?:는데|고|으며|지만|습니다|다고|던|을)|"
    r"\b(?:you|your)\b.*\b(?:did|\w+ed)\b",
)

PROHIBITED = re.compile(
    r"용모|외모|키가\s*(?:몇|얼마|크|작|어떻)|키는\s*(?:몇|얼마|어떻)|키와\s*(?:몸무게|체중)|신장(?:이|은|과)\s*(?:얼마|몇|체중|어떻)|"
    r"체중|몸무게|출신\s*(?:지역|지는|지가|지를|고향|도시)|고향|본적|어느\s*지역\s*출신|"
    r"결혼(?!\s*(?:정보|중개|준비|식|서비스|앱|플랫폼|시장|업체))|기혼|미혼|혼인|이혼|배우자|남편|아내|남자\s?친구|여자\s?친구|애인|"
    r"(?<!지식)(?<!지적)재산(?!권)|자가\s*소유|전세|"
    r"(?:부모|아버|어머|가족|형제|자매|자녀)\S*\s*(?:의\s*)?(?:직업|학력|재산|소득|구성|관계|사항|무슨\s*일|무엇을\s*하|어떤\s*일|뭐\s*하|출신|계획)|"
    r"(?<![가-힣])나이(?![가-힣])|(?<![가-힣])나이(?:가|는|를|에|도|와|로)(?![가-힣])|몇\s*살|(?<![가-힣])연세(?!대)|연령(?![대층별])|"
    r"종교|교회|신앙|임신|출산(?!\s*용품)|피임|"
    r"\b(?:marital|married|marry|spouse|husband|wife|boyfriend|girlfriend|divorc\w+|pregnan\w+|religio\w+|church|hometown|"
    r"birthplace|place of birth|how old|your (?:age|height|weight|looks|appearance|property|wealth|assets)|"
    r"your (?:parents?|father|mother|family|siblings?|children)(?:'s|s')? (?:job|occupation|education|income|wealth|"
    r"property|background|do|does|work)|plan\w* to have (?:children|kids|a baby))\b",
    re.IGNORECASE,
)
INSTRUCTIONS = re.compile(
    r"(?<![A-Za-z] )(?<![A-Za-z])(?:system|assistant|user|developer|human)\s*:|"
    r"<\|?/?\s*(?:system|assistant|user|im_start|im_end|resume|resume_data|inst)\b|\[/?(?:INST|SYS)\]|"
    r"(?:이전|위|앞선|앞의|기존|지금까지의|상기)의?\s*(?:모든\s*)?(?:지시|명령|프롬프트)|지시(?:사항)?(?:을|를)?\s*(?:모두\s*)?(?:무시|따르)|"
    r"시스템\s*프롬프트(?:를|의|는)?\s*(?:무시|출력|공개|보여|알려)|(?:AI|인공지능)\s*(?:언어\s*)?모델로서|저는\s*(?:AI|인공지능)|"
    r"\b(?:ignore|disregard|forget|override)\s+(?:all|any|the|your|previous|prior|above|earlier)|"
    r"\b(?:previous|prior|above|earlier|system)\s+(?:instructions?|prompts?)\b|\bas an ai\b|\bai language model\b|"
    r"\byou are (?:an?|the) (?:ai|assistant|interviewer|chatbot|language model)\b",
    re.IGNORECASE,
)
MARKDOWN = re.compile(
    r"\*\*|__\w|`|^\s{0,3}#{1,6}\s|^\s*[-*+]\s+\S|^\s*\d+\.\s+\S|^\s*>\s|^\s*\|.*\||\[[^\]]+\]\([^)]+\)|~~",
    re.MULTILINE,
)
HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
LATIN = re.compile(r"[A-Za-z]")
POLITE = re.compile(r"(?:니까|요|시오|죠|니다)[?.!？]?[\"'”’)\]]*$")
# Kana and Han letters.
FOREIGN = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
