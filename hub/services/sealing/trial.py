"""The PDF that the hub seals and checks when it starts: one empty page."""

from __future__ import annotations

_OBJECTS = (
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Resources << >> >>",
)


def tiny_pdf() -> bytes:
    """The smallest PDF that is one."""
    text, places = "%PDF-1.7\n", []
    for number, content in enumerate(_OBJECTS, start=1):
        places.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(_OBJECTS) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
    end += f"<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    return (text + end).encode("ascii")
