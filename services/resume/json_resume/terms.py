"""Words that JSON Resume leaves free and that say which of our fields is meant."""

ACTIVITY = "activity"  # type of a project that is an activity of ours

# What each kind of technical skills is called in a document of ours; other headings that mean the same.
HEADINGS = {
    "programming_languages": "Programming Languages",
    "frameworks": "Frameworks",
    "databases": "Databases",
    "cloud_platforms": "Cloud Platforms",
    "devops_tools": "DevOps Tools",
    "tools": "Tools",
    "others": "Others",
}
_SYNONYMS = {
    "programming_languages": ("programming language", "languages", "language", "프로그래밍 언어", "언어"),
    "frameworks": ("framework", "libraries", "frameworks and libraries", "frameworks & libraries", "프레임워크"),
    "databases": ("database", "db", "데이터베이스"),
    "cloud_platforms": ("cloud", "cloud platform", "클라우드"),
    "devops_tools": ("devops", "infrastructure", "인프라", "데브옵스"),
    "tools": ("tool", "도구", "툴"),
    "others": ("other", "기타"),
}
_KINDS = {heading.casefold(): kind for kind, heading in HEADINGS.items()} | {
    synonym: kind for kind, synonyms in _SYNONYMS.items() for synonym in synonyms
}
# Our field of a page by the network of its profile; the name that a document of ours gives it.
TITLES_OF_PAGES = {"github": "GitHub", "linkedin": "LinkedIn", "blog": "Blog", "portfolio": "Portfolio"}
NETWORKS = {title.casefold(): field for field, title in TITLES_OF_PAGES.items()} | dict.fromkeys(
    ("velog", "tistory", "medium", "brunch", "naver blog", "블로그"), "blog"
)
# Where a user's name alone makes an address.
PAGES_OF_NETWORKS = {"github": "https://github.com/", "linkedin": "https://www.linkedin.com/in/"}


def kind_of_skills(name: str) -> str | None:
    """The field of `technical_skills` that a heading names; None for any other name."""
    return _KINDS.get(name.strip().casefold())
