/// The result of a request. It is remembered, so that a copy of the request gets the same answer.
package enum OperationResult: Hashable, Sendable {
    case written
    case swapped
    /// A cas of a key that does not exist.
    case noSuchKey
    /// A cas whose `from` was not the current value.
    case differs
    /// A transaction was carried out. Its reads came to these, in their order; nil where that is no longer remembered.
    case transacted(reads: [StoredValue]?)
    /// A transaction was not carried out: the micro-operation at this position would append to what is no list.
    case noList(at: Int)
    case membershipChanged
    case changeBusy
    case changeBehind
}

// MARK: - In a snapshot

extension OperationResult {
    /// Those that are one word in a snapshot.
    private static let plain: [OperationResult] = [
        .written, .swapped, .noSuchKey, .differs, .transacted(reads: nil), .membershipChanged, .changeBusy,
        .changeBehind,
    ]

    /// The first word in a snapshot.
    private var word: String {
        switch self {
        case .written: "written"
        case .swapped: "swapped"
        case .noSuchKey: "no-such-key"
        case .differs: "differs"
        case .transacted(nil): "transacted-long-ago"
        case .transacted: "transacted"
        case .noList: "no-list"
        case .membershipChanged: "membership-changed"
        case .changeBusy: "change-busy"
        case .changeBehind: "change-behind"
        }
    }

    func write(to line: inout [UInt8]) {
        line += word.utf8
        for value in reads { line += " \(value.json.text)".utf8 }
        if case .noList(let position) = self { line += " \(position)".utf8 }
    }

    /// Reads all that is left of a line; nil where that is no result.
    init?(_ words: inout Words) {
        guard let bytes = words.next() else { return nil }
        let word = String(decoding: bytes, as: UTF8.self)
        switch word {
        case "transacted": self = .transacted(reads: words.values().map { StoredValue($0) })
        case "no-list":
            guard let digits = words.next(), let position = Int(String(decoding: digits, as: UTF8.self)),
                position >= 0
            else { return nil }
            self = .noList(at: position)
        default:
            guard let result = Self.plain.first(where: { $0.word == word }) else { return nil }
            self = result
        }
    }
}

// MARK: - What it holds

extension OperationResult {
    /// What its transaction read, as far as that is remembered.
    var reads: [StoredValue] { if case .transacted(let reads?) = self { reads } else { [] } }

    /// Of its reads, in bytes.
    var readBytes: Int { reads.reduce(0) { $0 + $1.size } }

    /// The same without its reads, where there are any.
    var withoutReads: OperationResult { reads.isEmpty ? self : .transacted(reads: nil) }
}
