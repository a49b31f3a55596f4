"""The animated QR code, against the test vectors of the relying party guidelines."""

from __future__ import annotations

import pytest

from providers.bankid.qr import qr_content

TOKEN = "67df3917-fa0d-44e5-b327-edcc928297f8"
SECRET = "d28db9a7-4cde-429e-a983-359be676944c"
CODES = {
    0: "dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8",
    1: "949d559bf23403952a94d103e67743126381eda00f0b3cbddbf7c96b1adcbce2",
    2: "a9e5ec59cb4eee4ef4117150abc58fad7a85439a6a96ccbecc3668b41795b3f3",
}


@pytest.mark.parametrize("moment", CODES)
@pytest.mark.parametrize("later", [0, 0.4, 0.999])
def test_the_known_codes_come_out_all_second_long(moment, later):
    wanted = f"bankid.{TOKEN}.{moment}.{CODES[moment]}"
    assert qr_content(TOKEN, SECRET, moment + later) == wanted


def test_a_clock_that_went_back_shows_the_first_code():
    assert qr_content(TOKEN, SECRET, -3) == qr_content(TOKEN, SECRET, 0)
