/// What share of the requests a run must serve, as in Maelstrom's `--availability`; a request that was refused
/// for what the register held was served.
enum Availability: Hashable, Sendable {
    case total
    /// From 0 to 1.
    case share(Double)

    init?(_ text: String) {
        if text == "total" || text == ":total" {
            self = .total
        } else if let share = Double(text), (0...1).contains(share) {
            self = .share(share)
        } else {
            return nil
        }
    }

    /// What is wrong with a run; nil where it served enough.
    func complaint(_ statistics: Statistics) -> String? {
        let needed =
            switch self {
            case .total: 1.0
            case .share(let share): share
            }
        guard statistics.availability < needed else { return nil }
        return "served \(Text.decimal(statistics.availability * 100, 2)) % of the requests, and "
            + "--availability asks for \(Text.decimal(needed * 100, 2)) %"
    }
}
