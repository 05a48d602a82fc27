"""Bar charts as SVG, without a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_ROW, _LEFT, _WIDTH, _RIGHT, _HEAD = 22, 190, 420, 130, 56
_COLOURS = ("#9db8d9", "#2f5d94")
_TRACK, _SPAN, _LIMIT = "#f1f3f6", "#333", "#b03a2e"
_FONT = "font-family='system-ui, sans-serif' font-size='12' fill='#333'"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: shares from 0 to 1, the first drawn above the second, and a remark behind them.

    `span` is drawn as a line over the first share, where its ends are apart.
    """

    label: str
    shares: tuple[float, ...]
    remark: str
    span: tuple[float, float] = (0.0, 0.0)


def bar_chart(title: str, legend: Sequence[str], bars: Sequence[Bar], *, limit: float | None = None) -> str:
    """An SVG document; `limit` draws a line across all rows."""
    height = _HEAD + _ROW * len(bars) + 10
    width = _LEFT + _WIDTH + _RIGHT
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}' "
        f"role='img'><title>{escape(title)}</title><rect width='100%' height='100%' fill='white'/>",
        f"<text x='10' y='20' {_FONT} font-weight='bold'>{escape(title)}</text>",
        *_legend(legend),
    ]
    for number, bar in enumerate(bars):
        parts += _row(bar, _HEAD + _ROW * number)
    if limit is not None:
        x = _LEFT + _WIDTH * limit
        parts.append(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{_HEAD - 6}' y2='{height - 10}' stroke='{_LIMIT}'/>")
    return "\n".join((*parts, "</svg>", ""))


def _legend(legend: Sequence[str]) -> list[str]:
    parts = []
    for number, text in enumerate(legend):
        x = _LEFT + 150 * number
        parts.append(f"<rect x='{x}' y='32' width='10' height='10' fill='{_COLOURS[number]}'/>")
        parts.append(f"<text x='{x + 15}' y='41' {_FONT}>{escape(text)}</text>")
    return parts


def _row(bar: Bar, top: int) -> list[str]:
    thickness = (_ROW - 6) / len(bar.shares)
    parts = [
        f"<text x='{_LEFT - 8}' y='{top + 13}' {_FONT} text-anchor='end'>{escape(bar.label)}</text>",
        f"<rect x='{_LEFT}' y='{top + 2}' width='{_WIDTH}' height='{_ROW - 6}' fill='{_TRACK}'/>",
    ]
    for number, share in enumerate(bar.shares):
        y, width = top + 2 + thickness * number, _width(share)
        colour = _COLOURS[number]
        parts.append(f"<rect x='{_LEFT}' y='{y:.1f}' width='{width:.1f}' height='{thickness:.1f}' fill='{colour}'/>")
    start, end = (_LEFT + _width(share) for share in bar.span)
    if start < end:
        y = top + 2 + thickness / 2
        parts.append(f"<line x1='{start:.1f}' x2='{end:.1f}' y1='{y:.1f}' y2='{y:.1f}' stroke='{_SPAN}'/>")
        parts += [
            f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{y - 3:.1f}' y2='{y + 3:.1f}' stroke='{_SPAN}'/>"
            for x in (start, end)
        ]
    parts.append(f"<text x='{_LEFT + _WIDTH + 8}' y='{top + 13}' {_FONT}>{escape(bar.remark)}</text>")
    return parts


def _width(share: float) -> float:
    return _WIDTH * min(max(share, 0.0), 1.0)
