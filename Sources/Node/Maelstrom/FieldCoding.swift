import Consensus

/// How the value of a field is read and written.
struct FieldCoding<Value> {
    /// What the value must be.
    let expected: String
    /// Nil where the field is missing, or not what is expected.
    let read: (Fields, FieldName) throws(Malformed) -> Value?
    let write: (inout MessageWriter, Value) -> Void
}

extension FieldCoding<Int> {
    static var integer: Self {
        Self(
            expected: "a 64-bit integer", read: { try? $0.container.decode(Int.self, forKey: $1) },
            write: { $0.bytes.append($1) })
    }

    /// A term, an index, or another count.
    static var count: Self {
        Self(
            expected: "an integer from 0 to 2^62",
            read: {
                guard let value = try? $0.container.decode(Int.self, forKey: $1) else { return nil }
                return Fields.counts.contains(value) ? value : nil
            }, write: { $0.bytes.append($1) })
    }
}

extension FieldCoding<Bool> {
    static var flag: Self {
        Self(
            expected: "true or false", read: { try? $0.container.decode(Bool.self, forKey: $1) },
            write: { $0.bytes.append($1) })
    }
}

extension FieldCoding<String> {
    static func string(_ expected: String = "a string") -> Self {
        Self(
            expected: expected, read: { try? $0.container.decode(String.self, forKey: $1) },
            write: { $0.bytes.append(quoted: $1) })
    }

    /// The sender: nobody else can be a candidate or a leader in its name.
    static var sender: Self {
        Self(
            expected: "the id of the member that sends this",
            read: {
                let id = try? $0.container.decode(String.self, forKey: $1)
                return id.map($0.source.isSame) == true ? id : nil
            }, write: { $0.bytes.append(quoted: $1) })
    }
}

extension FieldCoding<[String]> {
    static func strings(_ expected: String) -> Self {
        Self(
            expected: expected, read: { try? $0.container.decode([String].self, forKey: $1) },
            write: { $0.bytes.append(quoted: $1) })
    }
}

/// Goes through the fields of a message between members, to read them or to write them.
protocol FieldVisitor {
    /// Writing does not fail.
    associatedtype Failure: Error

    mutating func required<Value>(
        _ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>) throws(Failure)
    /// Nil where the field is absent or null.
    mutating func optional<Value>(
        _ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>) throws(Failure)
    /// Checks what was read: how fields belong together.
    mutating func check(_ test: (Fields) throws(Malformed) -> Void) throws(Failure)
}

extension FieldVisitor {
    /// False where the field is absent or null.
    mutating func optionalFlag(_ name: FieldName, _ value: inout Bool) throws(Failure) {
        var flag = value ? true : nil
        try optional(name, &flag, .flag)
        value = flag ?? false
    }
}

extension Fields: FieldVisitor {
    func required<Value>(
        _ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>
    ) throws(Malformed) {
        value = try required(name, coding)
    }

    func optional<Value>(
        _ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>
    ) throws(Malformed) {
        value = try optional(name, coding)
    }

    func check(_ test: (Fields) throws(Malformed) -> Void) throws(Malformed) { try test(self) }
}

extension MessageWriter: FieldVisitor {
    mutating func required<Value>(_ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>) {
        append(name)
        coding.write(&self, value)
    }

    mutating func optional<Value>(_ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>) {
        guard let value else { return }
        append(name)
        coding.write(&self, value)
    }

    func check(_ test: (Fields) throws(Malformed) -> Void) {}
}
