/// A stable digest of 64 bits: FNV-1a with a final mix. The standard library's hashes differ from process to process,
/// and the replicated state must not.
struct Digest {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    init(of text: some StringProtocol) {
        var state = state
        let isDone: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
            for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        if isDone == nil {
            for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        self.state = state
    }

    var value: UInt64 {
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
