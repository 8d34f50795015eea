"""What the technician sees of the serial lines."""

import httpx2

from gateway.views.condition import Condition, Link, SerialPort, WiredDevice
from tests.hamlet import HOUR_MS, NOW, Hamlet


async def test_the_technician_sees_the_serial_lines(
    hamlet: Hamlet, web: httpx2.AsyncClient
) -> None:
    assert "Không có cổng nào" in (await web.get("/technician")).text
    well = WiredDevice("soil-1", 7, "soil-7in1", NOW, None, 234, {"crc": 3})
    silent = WiredDevice("soil-2", 8, "soil-7in1", None, "silent", 0, {"silent": 5})
    hamlet.condition = Condition(
        Link(True, NOW),
        serial=(
            SerialPort("/dev/ttyUSB0", Link(True, NOW - HOUR_MS), None, 0, (well, silent)),
            SerialPort("/dev/ttyUSB1", Link(False, NOW), "unplugged", 4, ()),
        ),
    )
    html = (await web.get("/technician")).text
    assert '<span class="badge up">đang mở từ 06:00</span>' in html
    assert '<span class="badge down">đã bị rút ra' in html
    assert "địa chỉ 7 · soil-7in1" in html
    assert "234 lần đo" in html
    assert "3 × tin bị hỏng trên dây" in html
    assert '<span class="badge unknown">không trả lời</span>' in html
    assert "chưa trả lời lần nào" in html
    assert "4 dòng không đọc được" in html
    assert "&lt;time" not in html
