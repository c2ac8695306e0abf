import Consensus

/// How the identity of a request is written: `CLIENT NUMBER`, or `CLIENT MEMBER/NUMBER` where a member drew the number;
/// and behind that DIGEST, in hexadecimal digits.
extension RequestID {
    /// - Parameters:
    ///   - client: the `src` that asked.
    ///   - number: its `msg_id`, or without one a number that was drawn.
    ///   - member: the member that drew it.
    package init(client: String, number: Int, numberedBy member: NodeID? = nil, digest: UInt64 = 0) {
        var head = Word.escape(client) + " "
        if let member { head += Word.escape(member) + "/" }
        self.init(head: head + String(number), digest: digest)
    }

    package var client: String { parts.client }
    package var number: Int { parts.number }
    package var numberedBy: NodeID? { parts.numberedBy }

    private var parts: (client: String, number: Int, numberedBy: NodeID?) {
        let words = head.split(separator: " ", omittingEmptySubsequences: false)
        return words.count == 2 ? Self.parts(words[0], words[1]) ?? ("", 0, nil) : ("", 0, nil)
    }

    private static func parts(
        _ client: some StringProtocol, _ number: some StringProtocol
    ) -> (client: String, number: Int, numberedBy: NodeID?)? {
        guard let client = Word.unescape(client) else { return nil }
        if let number = Int(number) { return (client, number, nil) }
        let drawn = number.split(separator: "/", omittingEmptySubsequences: false)
        guard drawn.count == 2, let member = Word.unescape(drawn[0]), let number = Int(drawn[1]) else {
            return nil
        }
        return (client, number, member)
    }

    /// Takes client and number off the front of a line; nil where they are none.
    /// - Returns: them as members write them, and whether it is seen at a glance that they stood there like that.
    static func head(_ words: inout Words) -> (text: String, isPlain: Bool)? {
        guard let client = words.next(), let number = words.next() else { return nil }
        if !client.isEmpty, Word.isPlain(client), isPlain(number) {
            let head = client.base[client.startIndex..<number.endIndex]
            return (String(decoding: head, as: UTF8.self), true)
        }
        let (first, second) = (
            String(decoding: client, as: UTF8.self), String(decoding: number, as: UTF8.self)
        )
        return parts(first, second).map { (RequestID(client: $0, number: $1, numberedBy: $2).head, false) }
    }

    /// Whether it is seen at a glance to be a number as members write it: digits alone, no zero that leads.
    private static func isPlain(_ number: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let first = number.first, first != UInt8(ascii: "0"), number.count <= 18 else { return false }
        for byte in number where byte < UInt8(ascii: "0") || byte > UInt8(ascii: "9") { return false }
        return true
    }

    // MARK: - With the digest

    package var words: String { head + " " + String(digest, radix: 16) }

    /// Takes what `words` writes off the front of a line; nil where that does not stand there.
    init?(_ words: inout Words) {
        guard let head = Self.head(&words), let digits = words.next(),
            let digest = UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        self.init(head: head.text, digest: digest)
    }

    /// Nil where the words are not as `words` writes them.
    package init?(words: String) {
        var text = words
        let id = text.withUTF8 { bytes -> RequestID? in
            var words = Words(bytes[...])
            guard let id = RequestID(&words), words.next() == nil else { return nil }
            return id
        }
        guard let id else { return nil }
        self = id
    }
}
