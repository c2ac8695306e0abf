/// The value of a key in transactions: a number, or a list that is appended to.
enum Cell: Codable {
    case none
    case number(Int)
    case list([Int])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .none
        } else if let number = try? value.decode(Int.self) {
            self = .number(number)
        } else {
            self = .list(try value.decode([Int].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .none: try value.encodeNil()
        case .number(let number): try value.encode(number)
        case .list(let elements): try value.encode(elements)
        }
    }

    var json: String {
        switch self {
        case .none: "null"
        case .number(let number): String(number)
        case .list(let elements): "[\(elements.map(String.init).joined(separator: ","))]"
        }
    }
}

/// A step of a transaction: `["r", 1, null]`, `["w", 1, 2]` or `["append", 1, 2]`.
struct MicroOperation: Codable {
    var name: String
    var key: Int
    var value: Cell

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        (name, key, value) = (
            try list.decode(String.self), try list.decode(Int.self), try list.decode(Cell.self)
        )
    }

    func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(name)
        try list.encode(key)
        try list.encode(value)
    }

    var isRead: Bool { name == "r" }
}

/// What transactions read and write.
struct Cells {
    var values: [Int: Cell] = [:]

    /// Carries out steps.
    /// - Parameter seen: the state that is read instead; nil for this one.
    /// - Returns: the steps with what was read.
    mutating func run(_ steps: some Sequence<MicroOperation>, reading seen: Cells? = nil) -> [MicroOperation]
    {
        steps.map { step in
            var step = step
            switch (step.name, step.value, values[step.key]) {
            case ("r", _, _): step.value = (seen ?? self).values[step.key] ?? .none
            case ("append", .number(let element), .list(let before)?):
                values[step.key] = .list(before + [element])
            case ("append", .number(let element), _): values[step.key] = .list([element])
            default: values[step.key] = step.value
            }
            return step
        }
    }

    mutating func reply(to steps: [MicroOperation]) -> String { Cells.reply(run(steps)) }

    /// The fields of a reply.
    static func reply(_ steps: [MicroOperation]) -> String {
        let words = steps.map { #"["\#($0.name)",\#($0.key),\#($0.value.json)]"# }
        return #""type":"txn_ok","txn":[\#(words.joined(separator: ","))]"#
    }
}

/// A database in one process that isolates its transactions badly.
struct Database: Node {
    /// How long a transaction waits for another one, in nanoseconds: long enough for any client on a busy machine.
    private static let patience: UInt64 = 300_000_000

    let fault: TestNode.Fault
    private var name = ""
    private var cells = Cells()
    /// The states before the last few writes, the oldest first.
    private var past: [Cells] = []
    /// The state before a transaction that was aborted, and is still to be seen.
    private var clean: Cells?
    /// A transaction that waits for another one to run beside, and since when, in nanoseconds.
    private var waiting: (message: Message, since: UInt64)?
    private var served = 0

    init(fault: TestNode.Fault) { self.fault = fault }

    mutating func turn(at now: UInt64) -> [String] {
        guard let (message, since) = waiting, now > since + Database.patience else { return [] }
        waiting = nil
        return [answer(message, cells.reply(to: message.body.txn ?? []))]
    }

    mutating func answers(to message: Message, at now: UInt64) -> [String] {
        if message.body.type == "init" {
            name = message.body.nodeID ?? ""
            return [answer(message, #""type":"init_ok""#)]
        }
        guard let steps = message.body.txn else { return [] }
        served += 1
        switch fault {
        case .dirtyRead: return [answer(message, runDirty(steps))]
        case .staleRead: return [answer(message, runStale(steps))]
        case .internal:
            let before = cells
            return [answer(message, Cells.reply(cells.run(steps, reading: before)))]
        default:
            guard let first = waiting?.message else {
                waiting = (message, now)
                return []
            }
            waiting = nil
            let (one, other) = runBeside(first.body.txn ?? [], steps)
            return [answer(first, one), answer(message, other)]
        }
    }

    private mutating func runDirty(_ steps: [MicroOperation]) -> String {
        if let before = clean {
            let seen = cells.run(steps)
            (cells, clean) = (before, nil)
            _ = cells.run(steps)
            return Cells.reply(seen)
        }
        guard served % 4 == 0 else { return cells.reply(to: steps) }
        clean = cells
        _ = cells.run(steps)
        return Database.conflict
    }

    private mutating func runStale(_ steps: [MicroOperation]) -> String {
        guard !steps.allSatisfy(\.isRead) else {
            var old = past.first ?? cells
            return old.reply(to: steps)
        }
        past = past.suffix(7) + [cells]
        return cells.reply(to: steps)
    }

    private mutating func runBeside(_ one: [MicroOperation], _ other: [MicroOperation]) -> (String, String) {
        if fault == .interleaved {
            let first = cells.run(one.prefix(one.count / 2))
            let between = cells.run(other)
            return (Cells.reply(first + cells.run(one.dropFirst(one.count / 2))), Cells.reply(between))
        }
        var (mine, theirs) = (cells, cells)
        let answers = (mine.run(one), theirs.run(other))
        let (wrote, alsoWrote) = (Database.written(one), Database.written(other))
        for key in wrote { cells.values[key] = mine.values[key] }
        if fault == .writeSkew, !wrote.isDisjoint(with: alsoWrote) {
            return (Cells.reply(answers.0), Database.conflict)
        }
        for key in alsoWrote { cells.values[key] = theirs.values[key] }
        return (Cells.reply(answers.0), Cells.reply(answers.1))
    }

    private static let conflict = #""type":"error","code":30,"text":"a conflict with another transaction""#

    private static func written(_ steps: [MicroOperation]) -> Set<Int> {
        Set(steps.filter { !$0.isRead }.map(\.key))
    }

    private func answer(_ message: Message, _ fields: String) -> String {
        reply(name, to: message, fields)
    }
}
