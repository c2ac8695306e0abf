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

    package var client: String { parts?.client ?? "" }
    package var number: Int { parts?.number ?? 0 }
    package var numberedBy: NodeID? { parts?.numberedBy }

    private typealias Parts = (client: String, number: Int, numberedBy: NodeID?)

    private var parts: Parts? {
        var words = Words(head)
        return Self.parts(&words)
    }

    private static func parts(_ words: inout Words) -> Parts? {
        guard let client = words.next().flatMap(Word.unescape), let number = words.next() else { return nil }
        if let number = Int(number) { return (client, number, nil) }
        let drawn = number.split(separator: "/", omittingEmptySubsequences: false)
        guard drawn.count == 2, let member = Word.unescape(drawn[0]), let number = Int(drawn[1]) else {
            return nil
        }
        return (client, number, member)
    }

    /// Takes client and number off the front of a line; nil where they are none.
    /// - Returns: them as members write them, however they were typed.
    static func head(_ words: inout Words) -> String? {
        parts(&words).map { RequestID(client: $0, number: $1, numberedBy: $2).head }
    }

    // MARK: - With the digest

    package var words: String { head + " " + String(digest, radix: 16) }

    /// Takes what `words` writes off the front of a line; nil where that does not stand there.
    init?(_ words: inout Words) {
        guard let head = Self.head(&words), let digest = words.next().flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        self.init(head: head, digest: digest)
    }

    /// Nil where the words are not as `words` writes them.
    package init?(words: some StringProtocol) {
        var rest = Words(words)
        self.init(&rest)
        if rest.next() != nil { return nil }
    }
}
