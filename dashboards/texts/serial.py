"""Words about serial lines and what hangs on them."""

from devices.text import Text

SERIAL: dict[str, Text] = {
    "technician.serial": Text("Cổng nối tiếp (RS-485)", "Serial lines (RS-485)"),
    "technician.serial.none": Text(
        "Không có cổng nào trong site.yaml.", "There is none in site.yaml."
    ),
    "technician.serial.address": Text("địa chỉ {n}", "address {n}"),
    "technician.serial.answered": Text(
        "{n} lần đo, mới nhất:", "{n} {n:reading|readings}, newest:"
    ),
    "technician.serial.never": Text("chưa trả lời lần nào", "has not answered yet"),
    "technician.serial.garbled": Text(
        "{n} dòng không đọc được", "{n} {n:line|lines} that could not be read"
    ),
    "port.open": Text("đang mở", "open"),
    "port.not-tried": Text("chưa mở", "not opened yet"),
    "port.missing": Text("không có cổng này", "there is no such port"),
    "port.forbidden": Text("không có quyền mở", "no permission to open it"),
    "port.busy": Text("chương trình khác đang dùng", "in use by another program"),
    "port.not-serial": Text("không phải cổng nối tiếp", "no serial port"),
    "port.unplugged": Text("đã bị rút ra", "unplugged"),
    "port.failed": Text("không mở được", "cannot be opened"),
    "serial.silent": Text("không trả lời", "no answer"),
    "serial.crc": Text("tin bị hỏng trên dây", "damaged on the line"),
    "serial.exception": Text("thiết bị từ chối", "refused by the device"),
    "serial.other-device": Text("thiết bị khác trả lời", "another device answered"),
    "serial.wrong-answer": Text("trả lời sai câu hỏi", "wrong answer"),
}
