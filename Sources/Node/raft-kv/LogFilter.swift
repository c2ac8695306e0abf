/// The severity of a line on stderr, the gravest first.
enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case off, error, warning, info, debug, trace

    static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .off: 0
        case .error: 1
        case .warning: 2
        case .info: 3
        case .debug: 4
        case .trace: 5
        }
    }
}

/// The subject of a line on stderr.
enum LogCategory: String, CaseIterable, Sendable {
    /// The process: its start and end, and lines that it cannot use.
    case node
    /// Terms, votes, leaders.
    case election
    /// Replication and commits.
    case replication
    /// Snapshots and the disk.
    case snapshot
    /// Requests of clients and their answers.
    case client
    /// Every message in and out.
    case rpc
}

/// Which lines go to stderr: `info,election=debug,rpc=trace` is a level, then others for some categories.
struct LogFilter: Sendable {
    /// What a filter looks like, for people who gave something else.
    static let grammar =
        "a level (\(list(LogLevel.self))), then CATEGORY=LEVEL for \(list(LogCategory.self)), comma-separated"

    private var general = LogLevel.info
    private var special: [LogCategory: LogLevel] = [:]

    init() {}

    /// Nil where the text is no filter.
    init?(_ text: String) {
        for (slot, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            if slot == 0, sides.count == 1, let level = LogLevel(rawValue: sides[0]) {
                general = level
            } else if sides.count == 2, let category = LogCategory(rawValue: sides[0]),
                let level = LogLevel(rawValue: sides[1])
            {
                special[category] = level
            } else {
                return nil
            }
        }
    }

    func admits(_ level: LogLevel, _ category: LogCategory) -> Bool {
        level <= (special[category] ?? general)
    }

    private static func list<Names: CaseIterable & RawRepresentable>(_: Names.Type) -> String
    where Names.RawValue == String {
        Names.allCases.map(\.rawValue).joined(separator: " ")
    }
}
