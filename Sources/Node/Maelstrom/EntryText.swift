import Consensus
import FoundationEssentials
import KeyValue

/// Entries and requests as members write them to each other: one string each, for JSONDecoder reads a string
/// several times faster than an object.
///
/// An entry is its term and what it holds: `3 c1 7 write "x" 5`, whose rest is the command of a `LoggedRequest`, or
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
        var doubtful: [(slot: Int, LoggedRequest)] = []
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
            guard let payload = Self.payload(rest, slot, &doubtful) else {
                throw Self.malformed("entries", slot, "a term and then a request or \(Self.noOp)")
            }
            entries.append(Entry(term: term, payload: payload))
        }
        for (slot, request) in try canonical(doubtful, in: "entries") {
            entries[slot].payload = .command(request.command)
        }
        return entries
    }

    /// Reads the elements of a forward.
    func requests(_ texts: [String]) throws(Malformed) -> [LoggedRequest] {
        var requests: [LoggedRequest] = []
        requests.reserveCapacity(texts.count)
        var doubtful: [(slot: Int, LoggedRequest)] = []
        for (slot, text) in texts.enumerated() {
            guard let request = Self.request(text, slot, &doubtful) else {
                throw Self.malformed("requests", slot, "a request: CLIENT NUMBER write KEY VALUE, or a cas")
            }
            requests.append(request)
        }
        for (slot, request) in try canonical(doubtful, in: "requests") { requests[slot] = request }
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

    private static func payload(
        _ text: String, _ slot: Int, _ doubtful: inout [(slot: Int, LoggedRequest)]
    ) -> Entry.Payload? {
        if text == noOp { return .noOp }
        // A request is no membership, also where its client is named as a membership begins.
        if text.hasPrefix(members), let membership = Membership(words: text.dropFirst(members.count)) {
            return .membership(membership)
        }
        return request(text, slot, &doubtful).map { .command($0.command) }
    }

    private static func request(
        _ text: String, _ slot: Int, _ doubtful: inout [(slot: Int, LoggedRequest)]
    ) -> LoggedRequest? {
        guard let request = LoggedRequest(Command(text)) else { return nil }
        if !namesPlainly(text) || !request.operation.values.allSatisfy({ Canonical.isPlainly($0.text) }) {
            doubtful.append((slot, request))
        }
        return request
    }

    /// Whether client and number are seen at a glance to stand in a request as `LoggedRequest` writes them: nothing that is
    /// escaped, no sign, and no zero that leads.
    private static func namesPlainly(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let space = bytes.firstIndex(of: UInt8(ascii: " ")), space + 1 < bytes.count else {
                return false
            }
            return (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[space + 1])
                && !bytes[..<space].contains(UInt8(ascii: "%"))
        }
    }

    // MARK: - Values

    /// Makes canonical what a member may have written otherwise, as people do who type: all of a message in one
    /// decoding.
    private func canonical(
        _ doubtful: [(slot: Int, LoggedRequest)], in field: String
    ) throws(Malformed) -> [(slot: Int, LoggedRequest)] {
        if doubtful.isEmpty { return [] }
        guard var values = canonical(doubtful.flatMap { $0.1.operation.values })?[...] else {
            // Somebody is at fault, so time does not matter: look at each.
            let culprit = doubtful.first { canonical($0.1.operation.values) == nil }
            throw Self.malformed(field, culprit?.slot ?? 0, "a request whose key and values are JSON")
        }
        return doubtful.map { slot, request in
            let count = request.operation.values.count
            let operation = request.operation.with(Array(values.prefix(count)))
            values.removeFirst(count)
            return (slot, LoggedRequest(id: request.id, operation: operation))
        }
    }

    /// Whether each of `values` is as `Canonical` makes it; all that are not seen to be at a glance in one decoding.
    func areCanonical(_ values: [JSONValue]) -> Bool {
        let doubtful = values.filter { !Canonical.isPlainly($0.text) }
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

extension KeyValue.Operation {
    /// The key and what else is a JSON value.
    fileprivate var values: [JSONValue] {
        switch self {
        case .read(let key): [key]
        case .write(let key, let value): [key, value]
        case .cas(let key, let from, let to, _): [key, from, to]
        case .changeMembership, .refuseChange: []
        }
    }

    /// The same with others in place of `values`.
    fileprivate func with(_ values: [JSONValue]) -> KeyValue.Operation {
        switch self {
        case .read: .read(key: values[0])
        case .write: .write(key: values[0], value: values[1])
        case .cas(_, _, _, let create):
            .cas(key: values[0], from: values[1], to: values[2], createIfNotExists: create)
        case .changeMembership, .refuseChange: self
        }
    }
}
