/// A 128-bit digest of values, one after another. Two states of a search are taken for the same where their digests
/// are: among a million states the chance that any two different ones meet is less than one in 10^26.
package struct Fingerprint: Hashable, Sendable {
    private var first: UInt64 = 0x243f_6a88_85a3_08d3
    private var second: UInt64 = 0x1319_8a2e_0370_7344

    package init() {}

    package mutating func mix(_ value: Int) {
        let word = UInt64(bitPattern: Int64(value))
        let product = (first ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        first = product.high ^ product.low &+ 0x1376_9b3d_5c1f_2a07
        let other = (second &+ word).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
        second = other.low ^ other.high &+ 0x2545_f491_4f6c_dd1d
    }

    /// Mixes in what tells `value` from all that are not equal to it. The standard library's hashes differ from process
    /// to process, and so do fingerprints that such a one is mixed into.
    package mutating func mix(hashing value: some Hashable) {
        for half in 0..<2 {
            var hasher = Hasher()
            hasher.combine(half)
            hasher.combine(value)
            mix(hasher.finalize())
        }
    }

    package mutating func mix(_ flag: Bool) { mix(flag ? 1 : 0) }

    package mutating func mix(_ value: Int?) {
        mix(value != nil)
        mix(value ?? 0)
    }

    package mutating func mix(_ text: String) {
        var word = 0
        var count = 0
        for byte in text.utf8 {
            word = word << 8 | Int(byte)
            count += 1
            if count & 7 == 0 {
                mix(word)
                word = 0
            }
        }
        mix(word)
        mix(count)
    }

    package mutating func mix(_ text: String?) {
        mix(text != nil)
        if let text { mix(text) }
    }

    package mutating func mix(_ texts: [String]) {
        for text in texts { mix(text) }
        mix(texts.count)
    }

    package mutating func mix(_ position: LogPosition?) {
        mix(position?.index)
        mix(position?.term)
    }

    package mutating func mix(_ membership: Membership?) {
        mix(membership != nil)
        guard let membership else { return }
        mix(membership.incoming)
        mix(membership.outgoing)
        mix(membership.change)
    }

    package mutating func mix(_ state: HardState) {
        mix(state.term)
        mix(state.votedFor)
        mix(state.lostLog)
    }

    package mutating func mix(_ log: Log) {
        mix(log.lastIncludedIndex)
        mix(log.lastIncludedTerm)
        for index in log.firstIndex..<(log.lastIndex + 1) { mix(log[index]) }
        mix(log.lastIndex)
    }

    private mutating func mix(_ entry: Entry) {
        mix(entry.term)
        switch entry.payload {
        case .noOp: mix(1)
        case .command(let command):
            mix(2)
            mix(command.text)
        case .membership(let membership):
            mix(3)
            mix(membership)
        }
    }
}
