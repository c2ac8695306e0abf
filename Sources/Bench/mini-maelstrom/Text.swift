import Foundation

/// Formats numbers and columns.
enum Text {
    static func decimal(_ value: Double, _ places: Int) -> String {
        String(format: "%.\(places)f", value)
    }

    /// With two decimals at most, and one from 10 on; none that are 0.
    static func number(_ value: Double) -> String {
        let text = decimal(value, value < 10 ? 2 : 1)
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    /// With a comma between thousands.
    static func grouped(_ value: Int) -> String {
        var digits = Array(String(abs(value)))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    static func milliseconds(_ value: Double) -> String {
        "\(decimal(value, value < 10 ? 2 : value < 100 ? 1 : 0)) ms"
    }

    /// Escapes text for HTML.
    static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: "\"", with: "&quot;")
    }

    /// Cuts a line to a width, and marks that.
    static func cut(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }

    /// The text with pictures in the place of control characters, which a node may print and a terminal would obey.
    static func printable(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 32 && $0 != 10 && $0 != 9 || $0 == 127 }) else { return text }
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar.value {
            case 9, 10: return scalar
            case ..<32: return Unicode.Scalar(0x2400 + scalar.value) ?? scalar
            case 127: return "\u{2421}"
            default: return scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    static func left(_ text: String, _ width: Int) -> String {
        width == 0 ? "" : text + String(repeating: " ", count: max(0, width - text.count))
    }

    static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension [String: Int] {
    /// By descending count, then by name.
    var mostFirst: [(key: String, value: Int)] {
        sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    }
}
