/// The kinds of the values in a JSON text, and where they are, in the order of the text.
///
/// JSONDecoder reads a value as the type that it is asked for, and cannot say of what kind a value is. A wrong guess
/// is an error, which costs more than a hundred right ones. The first byte of a value tells its kind, so one pass over
/// a text that JSONDecoder has found to be valid makes guesses unnecessary. It reads no value.
struct Outline {
    enum Kind: UInt8 {
        case null, bool, integer, fraction, string, array, object
    }

    struct Value {
        let kind: Kind
        /// Of a string: whether each of its bytes stands for itself, being printable ASCII and no backslash.
        let isPlain: Bool
        /// Where it begins in the text, in bytes.
        let start: UInt32
        /// Where it ends; of a string, behind its closing quote.
        var end: UInt32
        /// The slot of the value after it and all that it holds.
        var next: UInt32

        var bytes: Range<Int> { Int(start)..<Int(end) }
        /// Of a string: what stands between its quotes.
        var content: Range<Int> { Int(start) + 1..<max(Int(start) + 1, Int(end) - 1) }
    }

    /// The longest text, in bytes.
    static let longest = Int(UInt32.max)

    /// In the order of the text; a slot is an index here. A field of an object is its name and then its value.
    private var values: [Value] = []

    /// - Parameter json: valid, and no longer than `longest`.
    init(of json: UnsafeRawBufferPointer) {
        values.reserveCapacity(min(json.count / 4 + 1, 64))
        // The innermost value that has not ended. The one around it stands in its `next` meanwhile.
        var open = UInt32.max
        var at = 0
        while at < json.count {
            let start = at
            switch json[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                at += 1
                add(json[start] == UInt8(ascii: "{") ? .object : .array, start..<at)
                values[values.count - 1].next = open
                open = UInt32(values.count - 1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                at += 1
                guard open != .max else { continue }
                let slot = Int(open)
                open = values[slot].next
                values[slot].end = UInt32(at)
                values[slot].next = UInt32(values.count)
            case UInt8(ascii: "\""):
                let isPlain = Self.passString(json, &at)
                add(.string, start..<at, isPlain: isPlain)
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let kind = Self.passNumber(json, &at)
                add(kind, start..<at)
            case UInt8(ascii: "n"):
                at = min(at + 4, json.count)
                add(.null, start..<at)
            case UInt8(ascii: "t"), UInt8(ascii: "f"):
                at = min(at + (json[start] == UInt8(ascii: "t") ? 4 : 5), json.count)
                add(.bool, start..<at)
            default: at += 1
            }
        }
        // JSONDecoder lets nothing through that does not end.
        while open != .max {
            let slot = Int(open)
            open = values[slot].next
            values[slot].next = UInt32(values.count)
        }
    }

    private mutating func add(_ kind: Kind, _ bytes: Range<Int>, isPlain: Bool = false) {
        values.append(
            Value(
                kind: kind, isPlain: isPlain, start: UInt32(bytes.lowerBound), end: UInt32(bytes.upperBound),
                next: UInt32(values.count + 1)))
    }

    /// - Returns: whether it is plain.
    private static func passString(_ json: UnsafeRawBufferPointer, _ at: inout Int) -> Bool {
        var isPlain = true
        at += 1
        while at < json.count {
            let byte = json[at]
            at += 1
            if byte == UInt8(ascii: "\"") { return isPlain }
            if byte == UInt8(ascii: "\\") { at += 1 }
            isPlain = isPlain && byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\\")
        }
        at = json.count
        return false
    }

    private static func passNumber(_ json: UnsafeRawBufferPointer, _ at: inout Int) -> Kind {
        var kind = Kind.integer
        while at < json.count {
            switch json[at] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): break
            case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): kind = .fraction
            default: return kind
            }
            at += 1
        }
        return kind
    }

    subscript(slot: Int) -> Value { values[slot] }

    /// The slots of all objects.
    var objects: some Sequence<Int> { values.indices.lazy.filter { values[$0].kind == .object } }

    /// The slots of the elements of the array at `slot`.
    func elements(of slot: Int) -> Children { Children(outline: self, parent: slot, isObject: false) }

    /// The slots of the names of the fields of the object at `slot`; the value of each is in the next slot.
    func fields(of slot: Int) -> Children { Children(outline: self, parent: slot, isObject: true) }

    struct Children: Sequence, IteratorProtocol {
        private let outline: Outline
        private let isObject: Bool
        private var slot: Int
        private let end: Int

        fileprivate init(outline: Outline, parent: Int, isObject: Bool) {
            self.outline = outline
            self.isObject = isObject
            slot = parent + 1
            end = Int(outline[parent].next)
        }

        mutating func next() -> Int? {
            guard slot < end else { return nil }
            defer { slot = Int(outline[isObject ? slot + 1 : slot].next) }
            return slot
        }
    }
}
