"""Words of the pages about rules."""

from devices.text import Text

RULES: dict[str, Text] = {
    "nav.rules": Text("Quy tắc", "Rules"),
    "rules.title": Text("Quy tắc", "Rules"),
    "rules.intro": Text(
        "Máy tự theo dõi và làm theo các quy tắc này.",
        "The gateway watches by itself and does what these rules say.",
    ),
    "rules.none": Text(
        "Chưa có quy tắc nào nên máy không tự cảnh báo và không tự tưới. Bấm “Thêm quy tắc”, hoặc "
        "chép một quy tắc mẫu bằng lệnh: hamlet rules new --list",
        "There are no rules yet, so nobody is warned and nothing is watered by itself. Press “Add "
        "a rule”, or copy a ready one with: hamlet rules new --list",
    ),
    "rules.busy": Text("Cần chú ý", "Needs attention"),
    "rules.calm": Text("Đang theo dõi, chưa có gì", "Watching, nothing to report"),
    "rules.resting": Text("Đang tắt", "Switched off"),
    "rules.add": Text("Thêm quy tắc", "Add a rule"),
    "rules.reload": Text("Đọc lại các tệp", "Read the files again"),
    "rules.problems": Text(
        "Tệp quy tắc vừa sửa có lỗi nên chưa dùng được; quy tắc cũ vẫn chạy. Sửa các lỗi sau rồi "
        "bấm “Đọc lại các tệp”.",
        "The files were edited and have mistakes, so they are not used yet; the old rules go on. "
        "Mend these and press “Read the files again”.",
    ),
    "rules.state.firing": Text("Đang báo", "Firing"),
    "rules.state.firing.n": Text("Đang báo ở {n} nơi", "Firing for {n}"),
    "rules.state.pending": Text("Đang chờ", "Waiting"),
    "rules.state.inactive": Text("Bình thường", "All quiet"),
    "rules.state.off": Text("Đã tắt", "Off"),
    "rules.state.wrong": Text("Có vấn đề", "Has a problem"),
    "rule.does": Text("Quy tắc này làm gì", "What it does"),
    "rule.now": Text("Đang báo ở", "Firing for"),
    "rule.health": Text("Vấn đề", "Problem"),
    "rule.arm": Text("Bật quy tắc", "Switch on"),
    "rule.disarm": Text("Tắt quy tắc", "Switch off"),
    "rule.disarm.how": Text(
        "Khi tắt: không báo, không tưới, không ra lệnh; cảnh báo đang mở của nó được đóng lại.",
        "While it is off it warns, waters and commands nothing; its open alerts are closed.",
    ),
    "rule.arm.how": Text(
        "Quy tắc đang tắt. Nên chạy thử trước khi bật.",
        "The rule is off. Better try it before you switch it on.",
    ),
    "rule.remove": Text("Xóa quy tắc", "Remove the rule"),
    "rule.remove.how": Text(
        "Quy tắc bị lấy ra khỏi tệp. Bản cũ vẫn giữ ở trang này và có thể dùng lại.",
        "The rule is taken out of its file. How it read stays on this page, to be used again.",
    ),
    "rule.edit": Text("Sửa quy tắc", "Edit the rule"),
    "rule.switch": Text("Tắt hoặc chạy thử", "Switch off or try"),
    "rule.switch.on": Text("Bật hoặc chạy thử", "Switch on or try"),
    "rule.now.more": Text("và {n} nơi khác", "and {n} more"),
    "rule.try": Text("Chạy thử với 7 ngày qua", "Try it on the last 7 days"),
    "rule.brackets": Text(
        "Tệp này viết các quy tắc trong ngoặc vuông nên không sửa được ở đây; hãy sửa thẳng trong "
        "tệp.",
        "This file has its rules in brackets, so they cannot be edited here; edit the file itself.",
    ),
    "rule.history": Text("Đã xảy ra", "What happened"),
    "rule.history.none": Text("Chưa xảy ra lần nào.", "It has never happened yet."),
    "rule.became.firing": Text("bắt đầu báo", "began to fire"),
    "rule.became.pending": Text("điều kiện bắt đầu đúng, đang chờ", "condition holds, waiting"),
    "rule.became.inactive": Text("trở lại bình thường", "quiet again"),
    "rule.versions": Text("Ai đã sửa", "Who changed it"),
    "rule.versions.none": Text("Chưa ai sửa.", "Nobody has changed it."),
    "rule.version.added": Text("thêm mới", "added"),
    "rule.version.edited": Text("sửa", "edited"),
    "rule.version.armed": Text("bật", "switched on"),
    "rule.version.disarmed": Text("tắt", "switched off"),
    "rule.version.removed": Text("xóa", "removed"),
    "rule.by.file": Text("Từ tệp", "From the file"),
    "rule.restore": Text("Dùng lại bản này", "Use this version again"),
    "rule.text": Text("Nội dung trong tệp {file}", "Its text in {file}"),
    "rule.removed": Text(
        "Quy tắc này đã bị xóa. Có thể dùng lại một bản cũ.",
        "This rule was removed. You can use an old version again.",
    ),
    "editor.new": Text("Thêm quy tắc", "Add a rule"),
    "editor.edit": Text("Sửa quy tắc: {label}", "Edit rule: {label}"),
    "editor.text": Text("Nội dung quy tắc (YAML)", "The rule (YAML)"),
    "editor.how": Text(
        "Viết một quy tắc. Máy kiểm tra khi bạn gõ; không có gì thay đổi trước khi bấm “Lưu”.",
        "Write one rule. It is checked while you type; nothing changes before you press “Save”.",
    ),
    "editor.check": Text("Kiểm tra", "Check"),
    "editor.try": Text("Chạy thử với 7 ngày qua", "Try it on the last 7 days"),
    "editor.save": Text("Lưu", "Save"),
    "editor.cancel": Text("Hủy", "Cancel"),
    "editor.sound": Text("Quy tắc đúng. Nghĩa là:", "The rule is sound. It says:"),
    "editor.wrong": Text(
        "Chưa lưu được, còn {n} lỗi:", "Cannot be saved, {n} {n:mistake|mistakes}:"
    ),
    "editor.english": Text(
        "Lời giải thích lỗi viết bằng tiếng Anh.", "The mistakes are explained in English."
    ),
    "editor.warnings": Text("Nên xem lại:", "Look at this again:"),
    "editor.place": Text("Dòng {line}, cột {column}", "Line {line}, column {column}"),
    "editor.elsewhere": Text(
        "{file}, dòng {line}, cột {column}", "{file}, line {line}, column {column}"
    ),
    "editor.journal": Text(
        "Chưa lưu: hiện máy không ghi được dữ liệu. Thử lại sau khi ổ đĩa được sửa.",
        "Not saved: the journal cannot be written at present. Try again when the disk is mended.",
    ),
    "door.name": Text("Tên của bạn", "Your name"),
    "door.token": Text("Mã kỹ thuật", "Technician's code"),
    "door.how": Text(
        "Chỉ người có mã mới sửa được; chưa có thì hỏi kỹ thuật viên của xóm (tệp data/web-token "
        "của máy ở nhà văn hóa). Nhập một lần dùng trong 12 giờ.",
        "Only who has the code may change something; ask your technician for it (it is in the file "
        "data/web-token of the gateway). Shown once, it serves for 12 hours.",
    ),
    "door.you": Text("Bạn sửa với tên {name}.", "Your changes carry the name {name}."),
    "door.refused": Text(
        "Sai mã hoặc thiếu tên: chưa có gì thay đổi. Kiểm tra lại mã rồi bấm lần nữa.",
        "Wrong code or no name: nothing was changed. Look at the code and press again.",
    ),
    "door.first": Text(
        "Nhập tên và mã kỹ thuật để kiểm tra quy tắc.",
        "Give your name and the technician's code to have the rule checked.",
    ),
    "try.title": Text("Kết quả chạy thử", "What it would have done"),
    "try.span": Text("Từ {start} đến {end}", "From {start} to {end}"),
    "try.cut": Text(
        "Hết thời gian chờ: chỉ chạy thử được đến lúc đó.",
        "Time ran out: it was tried only up to there.",
    ),
    "try.what": Text("Nội dung", "What"),
    "try.new": Text("Quy tắc này", "This rule"),
    "try.armed": Text("Đang dùng", "In use now"),
    "try.firings": Text("Số lần báo", "Firings"),
    "try.alerts": Text("Cảnh báo gửi đi", "Alerts sent"),
    "try.commands": Text("Lệnh gửi đi", "Commands sent"),
    "try.water": Text("Nước tưới", "Water"),
    "try.changes": Text("Những lần gần nhất", "The last ones"),
    "try.nothing": Text("Không có lần nào.", "It would have done nothing."),
}
