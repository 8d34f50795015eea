"""Words for the figures behind a decision about a plot."""

from devices.text import Text

INPUTS: dict[str, Text] = {
    "input.mode": Text("Cách tưới", "Way of watering"),
    "input.depth_mm": Text("Cần đến rễ", "To reach the roots"),
    "input.litres": Text("Lượng nước", "Water"),
    "input.target_l": Text("Lượng cần tưới", "To be given"),
    "input.asked_l": Text("Lượng yêu cầu", "Asked for"),
    "input.requester": Text("Theo yêu cầu của", "Asked for by"),
    "input.used_today_l": Text("Đã tưới hôm nay", "Watered today"),
    "input.litres_per_day_max": Text("Mức tối đa một ngày", "Limit of a day"),
    "input.moisture_pct": Text("Độ ẩm đất", "Soil moisture"),
    "input.rain_mm": Text(
        "Mưa từ hôm qua hoặc lượt tưới trước", "Rain since yesterday or the last watering"
    ),
    "input.rain_1h_mm": Text("Mưa một giờ qua", "Rain of the last hour"),
    "input.rain_24h_mm": Text("Mưa 24 giờ qua", "Rain of the last 24 hours"),
    "input.forecast_mm": Text("Dự báo mưa 24 giờ tới", "Rain forecast for 24 hours"),
    "input.wind_m_s": Text("Gió", "Wind"),
    "input.temperature_c": Text("Nhiệt độ", "Temperature"),
    "input.depletion_mm": Text("Đất còn thiếu để no nước", "Missing until the soil is full"),
    "input.raw_mm": Text("Nước dễ hút khi đất no nước", "Held within easy reach when full"),
    "input.taw_mm": Text("Tất cả nước rễ hút được", "All that roots can draw"),
    "input.correction_mm": Text("Sửa theo cảm biến hôm nay", "Put right by probes today"),
    "input.estimates": Text("Ước tính vì thiếu số đo", "Estimated, for want of readings"),
    "input.next_look": Text("Xem lại lúc", "Next look"),
    # What may be estimated.
    "estimate.day-open": Text("hôm nay chưa hết ngày", "today is not over"),
    "estimate.start-assumed": Text("lượng nước ban đầu", "the water in the soil at the start"),
    "estimate.start-by-probes": Text(
        "lượng nước ban đầu, theo cảm biến", "the water in the soil at the start, by its probes"
    ),
    "estimate.et0-unknown": Text("lượng nước cây dùng", "what the tea used"),
    "estimate.rain-unknown": Text("mưa", "rain"),
    "estimate.radiation-from-sunshine": Text("nắng, theo số giờ nắng", "sunlight, by hours of sun"),
    "estimate.radiation-from-temperatures": Text(
        "nắng, theo nhiệt độ", "sunlight, by temperatures"
    ),
    "estimate.humidity-from-rh-max": Text(
        "độ ẩm không khí, theo mức cao nhất", "humidity, by its highest"
    ),
    "estimate.humidity-from-rh-mean": Text(
        "độ ẩm không khí, theo trung bình", "humidity, by its mean"
    ),
    "estimate.humidity-from-rh-min": Text(
        "độ ẩm không khí, theo mức thấp nhất", "humidity, by its lowest"
    ),
    "estimate.humidity-from-tmin": Text(
        "độ ẩm không khí, theo nhiệt độ thấp nhất", "humidity, by the lowest temperature"
    ),
    "estimate.wind-assumed": Text("gió", "wind"),
}
