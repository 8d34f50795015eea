"""Solar streetlight: panel, battery, charge controller and lamp on one pole."""

from devices.command import CommandSpec, Parameter
from devices.kind import Kind
from devices.metric import flag, gauge, whole
from devices.text import Text

KIND = Kind(
    name="light",
    label=Text("Đèn đường", "Streetlight"),
    interval_s=300,
    metrics=(
        gauge("battery_v", "V", 0, 80, "Điện áp pin", "Battery voltage"),
        gauge("battery_current_a", "A", -200, 200, "Dòng điện pin", "Battery current"),
        gauge("battery_soc_pct", "%", 0, 100, "Dung lượng còn lại", "State of charge"),
        gauge("battery_temperature_c", "°C", -40, 100, "Nhiệt độ pin", "Battery temperature"),
        gauge("pv_voltage_v", "V", 0, 250, "Điện áp tấm pin", "Solar panel voltage"),
        gauge("pv_power_w", "W", 0, 5000, "Công suất tấm pin", "Solar panel power"),
        gauge("load_power_w", "W", 0, 2000, "Công suất đèn", "Lamp power"),
        gauge("brightness_pct", "%", 0, 100, "Độ sáng", "Brightness"),
        gauge("generated_today_wh", "Wh", 0, 100_000, "Điện thu hôm nay", "Generated today"),
        gauge("used_today_wh", "Wh", 0, 100_000, "Điện dùng hôm nay", "Used today"),
        flag("is_night", "Trời tối", "Night"),
        gauge("tilt_deg", "°", 0, 180, "Độ nghiêng cột", "Tilt of the pole"),
        whole("controller_status", "", 0, 65535, "Mã bộ điều khiển", "Controller status"),
    ),
    commands=(
        CommandSpec(
            "set-brightness",
            Text("Chỉnh độ sáng", "Set brightness"),
            (
                Parameter("brightness_pct", float, 0, 100),
                Parameter("duration_s", int, 1, 86_400, required=False),
            ),
        ),
        CommandSpec(
            "set-profile",
            Text("Chọn lịch sáng", "Choose dimming profile"),
            (Parameter("profile", str, 1, 63),),
        ),
    ),
    sample=(
        b'{"seq":18,"boot":"b7","measured_at":"2026-11-21T12:40:00Z","battery_v":13.1,'
        b'"battery_current_a":-1.9,"battery_soc_pct":84,"battery_temperature_c":27.5,'
        b'"pv_voltage_v":0.4,"pv_power_w":0,"load_power_w":21.4,"brightness_pct":70,'
        b'"generated_today_wh":412,"used_today_wh":38.5,"is_night":true,"tilt_deg":1.2,'
        b'"controller_status":0}'
    ),
)
