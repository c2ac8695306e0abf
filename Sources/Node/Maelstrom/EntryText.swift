import Consensus
import KeyValue

/// Entries and requests as members write them to each other: one string each, for JSONDecoder reads a string
/// several times faster than an object.
///
/// An entry is its term and what it holds: `3 c1 7 write "x" 5`, whose rest is the text of a command, or
/// `3 no-op`, or `3 members n0,n1/n1,n2 c1 8 5f3a…`: the voters, while a change is joint those of the old set
/// behind a slash, and the request that asked for the change, with the digest of what it asks.
struct EntryText {
    private static let noOp = "no-op"
    private static let members = "members "

    let decoder: JSONDecoder

    static func append(_ entry: Entry, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(entry.term)
        bytes.append(UInt8(ascii: " "))
        switch entry.payload {
        case .noOp: bytes.append(escaped: noOp)
        case .command(let command): bytes.append(escaped: command.text)
        case .membership(let membership): bytes.append(escaped: members + membership.words)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Reads the elements of an append, which must not fall in term, nor leave the range of the message's.
    func entries(_ texts: [String], of request: AppendEntries) throws(Malformed) -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(texts.count)
        var doubtful: [(slot: Int, Command)] = []
        var lowest = max(request.prevLogTerm, 1)
        guard texts.count <= highestNumber - request.prevLogIndex else {
            throw Malformed(text: "entries must end at an index of at most 2^62")
        }
        for (slot, text) in texts.enumerated() {
            guard let (term, rest) = Self.split(text) else {
                throw Self.malformed("entries", slot, "a term, a space, and a request or \(Self.noOp)")
            }
            guard term >= lowest, term <= request.term else {
                throw Self.malformed("entries", slot, "of a term from \(lowest) to \(request.term)")
            }
            lowest = term
            guard let payload = Self.payload(rest) else {
                throw Self.malformed("entries", slot, "a term and then a request or \(Self.noOp)")
            }
            if case .command(let command) = payload, !Self.isPlain(command) {
                doubtful.append((slot, command))
            }
            entries.append(Entry(term: term, payload: payload))
        }
        for (slot, command) in try canonical(doubtful, in: "entries") {
            entries[slot].payload = .command(command)
        }
        return entries
    }

    /// Reads the elements of a forward.
    func requests(_ texts: [String]) throws(Malformed) -> [Proposal] {
        var requests: [Proposal] = []
        requests.reserveCapacity(texts.count)
        var doubtful: [(slot: Int, Command)] = []
        for (slot, text) in texts.enumerated() {
            guard let request = Proposal(line: text) else {
                throw Self.malformed("requests", slot, "a request: CLIENT NUMBER write KEY VALUE, or a cas")
            }
            if case .command(let command) = request, !Self.isPlain(command) {
                doubtful.append((slot, command))
            }
            requests.append(request)
        }
        for (slot, command) in try canonical(doubtful, in: "requests") { requests[slot] = .command(command) }
        return requests
    }

    private static func malformed(_ field: String, _ slot: Int, _ expected: String) -> Malformed {
        Malformed(text: "\(field)[\(slot)] must be \(expected)")
    }

    /// Splits an element after its term; nil where it does not begin with one, as JSON writes numbers.
    private static func split(_ text: String) -> (Term, rest: String)? {
        guard let space = text.utf8.firstIndex(of: UInt8(ascii: " ")), let term = Term(text[..<space]),
            let first = text.utf8.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(first)
        else { return nil }
        return (term, String(text[text.utf8.index(after: space)...]))
    }

    private static func payload(_ text: String) -> Entry.Payload? {
        if text == noOp { return .noOp }
        // A request is no membership, also where its client is named as a membership begins.
        if text.hasPrefix(members), let membership = Membership(words: text.dropFirst(members.count)) {
            return .membership(membership)
        }
        return Command(line: text).map { .command($0) }
    }

    /// Whether keys and values are seen at a glance to be canonical.
    private static func isPlain(_ command: Command) -> Bool { command.holdsOnly { Canonical.isPlainly($0) } }

    // MARK: - Values

    /// Makes canonical what a member may have written otherwise, as people do who type: all of a message in one
    /// decoding.
    private func canonical(
        _ doubtful: [(slot: Int, Command)], in field: String
    ) throws(Malformed) -> [(slot: Int, Command)] {
        if doubtful.isEmpty { return [] }
        guard var values = canonical(doubtful.flatMap { $0.1.values })?[...] else {
            // Somebody is at fault, so time does not matter: look at each.
            let culprit = doubtful.first { canonical($0.1.values) == nil }
            throw Self.malformed(field, culprit?.slot ?? 0, "a request whose key and values are JSON")
        }
        return doubtful.map { slot, command in
            let count = command.values.count
            defer { values.removeFirst(count) }
            return (slot, command.with(Array(values.prefix(count))))
        }
    }

    /// Whether each of `values` is as `Canonical` makes it; all that are not seen to be at a glance in one decoding.
    func areCanonical(_ values: [JSONValue]) -> Bool {
        let doubtful = values.filter { !Canonical.isPlainly($0) }
        return doubtful.isEmpty || canonical(doubtful) == doubtful
    }

    private func canonical(_ texts: [JSONValue]) -> [JSONValue]? {
        // A change of membership holds no values.
        if texts.isEmpty { return [] }
        guard texts.allSatisfy({ Self.isOneElement($0.text) }) else { return nil }
        var array: [UInt8] = []
        for text in texts {
            array.append(array.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
            array.append(json: text.text)
        }
        array.append(UInt8(ascii: "]"))
        let values = array.withUnsafeBytes { bytes -> [JSONValue]? in
            let source = JSONSource(bytes: bytes, decoder: decoder)
            guard source.isUTF8, bytes.count <= Outline.longest else { return nil }
            let data = Data(bytes)
            return try? decoder.decode(CanonicalArray.self, from: data, configuration: source).values
        }
        return values?.count == texts.count ? values : nil
    }

    /// Whether `text`, put into an array, ends with itself, so that two broken values cannot mend each other.
    private static func isOneElement(_ text: String) -> Bool {
        var depth = 0
        var scan = QuoteScan()
        for byte in text.utf8 where scan.isOutside(byte) {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 0: return false
            default: break
            }
            if depth < 0 { return false }
        }
        return depth == 0 && !scan.isQuoted
    }
}
