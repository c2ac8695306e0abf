/// Decodes repetitive lines quickly. Nodes print the same lines with other numbers, and with other lists of numbers.
/// JSONDecoder reads the first line of each shape, and again with each of them changed, which shows where it goes. From
/// later lines only the numbers are read. Unusual lines are left to JSONDecoder; this type never decides what is valid
/// JSON.
struct LineShapes {
    private enum Place {
        case source, destination, inReplyTo, value, code
        /// The key of a micro-operation, what it writes or reads, and the list that it reads.
        case key(Int)
        case content(Int)
        case list(Int)
        /// A number that the bench ignores.
        case none
    }

    private struct Shape {
        /// The line with a 0 byte for each number, and a 1 byte for each list of them.
        var skeleton: [UInt8]
        /// Where each goes; nil if lines of this shape are always decoded.
        var places: [Place]?
        var example: Envelope
    }

    /// A number, or a list of numbers, as the part of `numbers` that it is.
    private struct Item {
        var span: Range<Int>
        var numbers: Range<Int>
        var isList: Bool
    }

    /// The length limits of lines and skeletons; longer ones are rarely alike.
    private static let longestLine = 1024
    private static let longest = 256
    private static let mostItems = 16
    /// The largest number of learned shapes.
    private static let mostShapes = 1000

    private var shapes: [UInt64: Shape] = [:]
    private var skeleton: [UInt8] = []
    private var numbers: [Int] = []
    private var items: [Item] = []

    /// - Parameter decode: reads a line in full.
    /// - Throws: what `decode` throws.
    mutating func read(
        _ line: UnsafeRawBufferPointer.SubSequence,
        decode: (UnsafeRawBufferPointer.SubSequence) throws -> Envelope
    ) throws -> Envelope {
        guard line.count <= LineShapes.longestLine, let hash = scan(line) else { return try decode(line) }
        if let shape = shapes[hash] {
            guard let places = shape.places, shape.skeleton == skeleton else { return try decode(line) }
            return fill(shape.example, places)
        }
        let envelope = try decode(line)
        if shapes.count < LineShapes.mostShapes {
            let found = learn(line, envelope, decode)
            shapes[hash] = Shape(skeleton: skeleton, places: found, example: envelope)
        }
        return envelope
    }

    /// Splits a line into its skeleton and its numbers.
    /// - Returns: the skeleton's hash; nil for a line to be decoded.
    private mutating func scan(_ line: UnsafeRawBufferPointer.SubSequence) -> UInt64? {
        skeleton.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        items.removeAll(keepingCapacity: true)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var index = line.startIndex
        while index < line.endIndex {
            var byte = line[index]
            let (start, first) = (index, numbers.count)
            let isNumber = LineShapes.isDigit(byte)
            if isNumber {
                guard scanNumber(line, &index) else { return nil }
                byte = 0
            } else if byte == UInt8(ascii: "["), scanList(line, &index) {
                byte = 1
            } else {
                // The bytes 0 and 1 have a meaning here, and escapes are too rare to handle.
                if byte < 2 || byte == UInt8(ascii: "\\") { return nil }
                index += 1
            }
            if byte < 2 {
                guard items.count < LineShapes.mostItems else { return nil }
                items.append(
                    Item(
                        span: start - line.startIndex..<index - line.startIndex,
                        numbers: first..<numbers.count,
                        isList: byte == 1))
            }
            guard skeleton.count < LineShapes.longest else { return nil }
            skeleton.append(byte)
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return hash
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// - Returns: false for a number that JSONDecoder must judge: one with leading zeros, or a very long one.
    private mutating func scanNumber(_ line: UnsafeRawBufferPointer.SubSequence, _ index: inout Int) -> Bool {
        let start = index
        var number = 0
        while index < line.endIndex, LineShapes.isDigit(line[index]) {
            guard index - start < 18 else { return false }
            number = number * 10 + Int(line[index] - UInt8(ascii: "0"))
            index += 1
        }
        numbers.append(number)
        return index - start == 1 || line[start] != UInt8(ascii: "0")
    }

    /// Reads a list of plain numbers with commas between them.
    /// - Returns: false, and reads nothing, for any other list.
    private mutating func scanList(_ line: UnsafeRawBufferPointer.SubSequence, _ index: inout Int) -> Bool {
        let count = numbers.count
        var next = index + 1
        if next < line.endIndex, line[next] == UInt8(ascii: "]") {
            index = next + 1
            return true
        }
        while next < line.endIndex, LineShapes.isDigit(line[next]), scanNumber(line, &next),
            next < line.endIndex
        {
            if line[next] == UInt8(ascii: "]") {
                index = next + 1
                return true
            }
            guard line[next] == UInt8(ascii: ",") else { break }
            next += 1
        }
        numbers.removeSubrange(count...)
        return false
    }

    private func fill(_ example: Envelope, _ places: [Place]) -> Envelope {
        var envelope = example
        for (item, place) in zip(items, places) {
            let number = item.isList ? 0 : numbers[item.numbers.lowerBound]
            switch place {
            case .source: envelope.source = .node(number)
            case .destination:
                envelope.destination =
                    if case .client = envelope.destination { .client(number) } else { .node(number) }
            case .inReplyTo: envelope.reply?.inReplyTo = number
            case .value: envelope.reply?.value = .integer(number)
            case .code: envelope.reply?.code = number
            case .key(let index): envelope.reply?.transaction?[index].key = .integer(number)
            case .content(let index): envelope.reply?.transaction?[index].content = .value(.integer(number))
            case .list(let index):
                envelope.reply?.transaction?[index].content = .list(
                    numbers[item.numbers].map(RegisterValue.integer))
            case .none: break
            }
        }
        return envelope
    }

    /// - Returns: where each number or list goes; nil if that is ambiguous.
    private func learn(
        _ line: UnsafeRawBufferPointer.SubSequence, _ original: Envelope,
        _ decode: (UnsafeRawBufferPointer.SubSequence) throws -> Envelope
    ) -> [Place]? {
        guard original.reply?.unexpected.isEmpty != false else { return nil }
        var places: [Place] = []
        for item in items {
            var changed = Array(line)
            changed.replaceSubrange(item.span, with: Array((item.isList ? "[7654321]" : "7654321").utf8))
            let other = changed.withUnsafeBytes { try? decode($0[...]) }
            guard let other, let place = LineShapes.difference(original, other, isList: item.isList) else {
                return nil
            }
            places.append(place)
        }
        // This detects signs and fractions of numbers.
        return fill(original, places) == original ? places : nil
    }

    private static func difference(_ one: Envelope, _ other: Envelope, isList: Bool) -> Place? {
        if one == other { return Place.none }
        var copies: [(place: Place, copy: (inout Envelope) -> Void)] = [
            (.source, { $0.source = other.source }),
            (.destination, { $0.destination = other.destination }),
            (.inReplyTo, { $0.reply?.inReplyTo = other.reply?.inReplyTo }),
            (.value, { $0.reply?.value = other.reply?.value }),
            (.code, { $0.reply?.code = other.reply?.code }),
        ]
        if let operations = other.reply?.transaction, one.reply?.transaction?.count == operations.count {
            for (index, operation) in operations.enumerated() {
                copies += [
                    (.key(index), { $0.reply?.transaction?[index].key = operation.key }),
                    (
                        isList ? .list(index) : .content(index),
                        { $0.reply?.transaction?[index].content = operation.content }
                    ),
                ]
            }
        }
        return copies.first { _, copy in
            var changed = one
            copy(&changed)
            return changed == other
        }?.place
    }
}
