"""What leaves the system: the sheet, the workbook, the files people hand in."""

import io
import shutil
import subprocess
from datetime import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from audit.models import AuditEntry
from common.pdf import NothingIsFetched, render_pdf
from risk_warnings.models import Attachment
from risk_warnings.services import (
    AttachmentRefused,
    attach,
    issue_order,
    submit_reply,
    ticket_warning,
)

NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))
OPINION = "看过差额和变更单，情况需要说明清楚。"


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reply(world, now):
    return submit_reply(
        warning=world.warning(triaged=True),
        by=world.receiver,
        choice="entry_error",
        text="录错了。",
        now=now,
    )


class TestSheet:
    def test_it_is_a_pdf_with_chinese_type_that_names_the_doubt(
        self, world, now, sign_in, tmp_path
    ):
        warning = world.warning()
        order = ticket_warning(warning=warning, by=world.officer, opinion=OPINION, now=now).order
        issue_order(order=order, by=world.officer, demands="请说明启封日期", now=now)

        page = sign_in(world.officer).get(reverse("risk_warnings:sheet", args=[order.pk]))

        assert page["Content-Type"] == "application/pdf"
        paper = tmp_path / "sheet.pdf"
        paper.write_bytes(page.content)
        if shutil.which("pdftotext"):
            said = subprocess.run(
                ["pdftotext", "-layout", paper, "-"], capture_output=True, check=True, text=True
            ).stdout
            assert "预警风险单" in said
            assert "请说明启封日期" in said
            assert "预警只是线索，不作为处分依据" in "".join(said.split())
            assert "江城塑料制品厂" not in said
        if shutil.which("pdffonts"):
            fonts = subprocess.run(
                ["pdffonts", paper], capture_output=True, check=True, text=True
            ).stdout
            assert "CJK" in fonts

    def test_a_draft_has_no_sheet(self, world, now, sign_in):
        order = ticket_warning(
            warning=world.warning(), by=world.officer, opinion=OPINION, now=now
        ).order

        page = sign_in(world.officer).get(reverse("risk_warnings:sheet", args=[order.pk]))

        assert page.status_code == 404

    def test_a_page_for_paper_fetches_nothing(self, settings, tmp_path):
        folder = tmp_path / "templates"
        folder.mkdir()
        (folder / "greedy.html").write_text('<img src="file:///etc/hostname">', encoding="utf-8")
        settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [folder]}]

        with pytest.raises(NothingIsFetched):
            render_pdf("greedy.html", {})


class TestWorkbook:
    def export(self, client, **data):
        page = client.post(reverse("risk_warnings:export"), data)
        assert page.status_code == 200
        return load_workbook(io.BytesIO(page.content)).active

    def test_it_holds_the_rows_in_scope_and_is_logged(self, world, sign_in):
        warning = world.warning()

        sheet = self.export(sign_in(world.officer), show="open")

        rows = list(sheet.iter_rows(min_row=2, values_only=True))
        assert [row[0] for row in rows] == [warning.number]
        entry = AuditEntry.objects.get(action="risk_warnings.board.exported")
        assert entry.data["rows"] == 1

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
    def test_a_cell_that_begins_like_a_formula_stays_text(self, world, sign_in, start):
        world.warning(title=f"{start}1+1")

        sheet = self.export(sign_in(world.officer), show="open")

        cell = sheet.cell(row=2, column=5)
        assert cell.data_type == "s"
        assert cell.value == f"{start}1+1"

    def test_others_get_nothing(self, world, sign_in):
        page = sign_in(world.head).post(reverse("risk_warnings:export"), {"show": "open"})

        assert page.status_code == 403


def photo(exif: bool = True) -> bytes:
    picture = Image.new("RGB", (40, 30), "red")
    out = io.BytesIO()
    data = Image.Exif()
    data[0x010F] = "照相机"
    picture.save(out, format="JPEG", exif=data.tobytes() if exif else b"")
    return out.getvalue()


class TestFiles:
    def attach(self, reply, world, now, name, data):
        return attach(file=SimpleUploadedFile(name, data), to=reply, by=world.receiver, now=now)

    def test_the_shown_picture_has_no_camera_data_and_the_original_keeps_it(
        self, world, now, reply
    ):
        kept = self.attach(reply, world, now, "封印.jpg", photo())

        with kept.shown.open("rb") as shown, kept.original.open("rb") as original:
            assert not dict(Image.open(io.BytesIO(shown.read())).getexif())
            assert dict(Image.open(io.BytesIO(original.read())).getexif())
        kept.original.close()

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("脚本.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
            ("页面.pdf", b"<html><script>alert(1)</script></html>"),
            ("坏图.png", photo()[:60]),
            ("空.jpg", b"x"),
        ],
    )
    def test_the_type_is_read_from_the_content(self, world, now, reply, name, data):
        with pytest.raises(AttachmentRefused, match="没有收下"):
            self.attach(reply, world, now, name, data)

        assert not Attachment.objects.exists()

    def test_a_file_that_is_too_large_is_refused(self, world, now, reply):
        with pytest.raises(AttachmentRefused, match="10MB"):
            self.attach(reply, world, now, "大.pdf", b"%PDF-" + b"0" * 10485760)

    def test_a_tenth_file_is_refused(self, world, now, reply):
        for number in range(9):
            self.attach(reply, world, now, f"{number}.pdf", b"%PDF-1.4")

        with pytest.raises(AttachmentRefused, match="最多9个"):
            self.attach(reply, world, now, "10.pdf", b"%PDF-1.4")

    def test_a_name_is_never_a_path(self, world, now, reply):
        kept = self.attach(reply, world, now, "../../etc/passwd.pdf", b"%PDF-1.4")

        assert kept.name == "passwd.pdf"
        assert "passwd" not in kept.original.name

    def test_no_address_leads_to_the_folder(self, world, now, reply, client):
        kept = self.attach(reply, world, now, "a.pdf", b"%PDF-1.4")

        with pytest.raises(ValueError, match="not accessible via a URL"):
            _ = kept.original.url
