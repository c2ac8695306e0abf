/// The kinds of options.
extension OptionSpec {
    /// The option that somebody may have meant.
    static func near(_ name: String) -> String? {
        let known = all.map(\.name).map { (name: $0, distance: distance($0, name)) }
        return known.min { $0.distance < $1.distance }.flatMap {
            $0.distance * 4 <= name.count ? $0.name : nil
        }
    }

    /// How many letters must be added, taken out or replaced to make one word of another (Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let letters = Array(other)
        var row = Array(0...letters.count)
        for (index, letter) in one.enumerated() {
            var (before, next) = (row[0], [index + 1])
            for column in letters.indices {
                next.append(
                    min(row[column + 1] + 1, next[column] + 1, before + (letters[column] == letter ? 0 : 1)))
                before = row[column + 1]
            }
            row = next
        }
        return row[letters.count]
    }

    /// A decimal number; nil for the others that `Double` takes, such as 0x10 and inf.
    static func number(_ text: String) -> Double? {
        text.utf8.allSatisfy("0123456789.eE+-".utf8.contains) ? Double(text) : nil
    }

    static let nameForm =
        "of letters, digits, '-', '_' and '.', not like c1 and not a service of Maelstrom"
    static let nameList = "up to 200 different names, each \(nameForm)"

    static func names<Item: CaseIterable & RawRepresentable<String>>(_ type: Item.Type) -> String {
        type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    static func file(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout Options, String) -> Void
    ) -> OptionSpec {
        OptionSpec(name: name, value: "FILE", help: help, expected: "a path") { options, text in
            set(&options, text)
            return !text.isEmpty
        }
    }

    static func flag(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout Options) -> Void
    ) -> OptionSpec {
        OptionSpec(name: name, help: help) { options, _ in
            set(&options)
            return true
        }
    }

    static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ help: String,
        _ set: @escaping @Sendable (inout Options, Int) -> Void
    ) -> OptionSpec {
        OptionSpec(
            name: name, value: "N", help: help,
            expected: "an integer from \(range.lowerBound) to \(range.upperBound)"
        ) { options, text in
            guard let number = Int(text), range.contains(number) else { return false }
            set(&options, number)
            return true
        }
    }

    static func decimal(
        _ name: String, _ value: String, _ range: ClosedRange<Double>, _ expected: String, _ help: String,
        _ set: @escaping @Sendable (inout Options, Double) -> Void
    ) -> OptionSpec {
        OptionSpec(name: name, value: value, help: help, expected: expected) { options, text in
            guard let number = number(text), range.contains(number) else { return false }
            set(&options, number)
            return true
        }
    }

    static func requirement(
        _ name: String, _ help: String, _ make: @escaping @Sendable (Double) -> Options.Requirement
    ) -> OptionSpec {
        OptionSpec(
            name: name, value: "MODE", help: "\(help): total, or a number from 0 to 1 (default: any)",
            expected: "total or a number from 0 to 1"
        ) { options, text in
            let isTotal = text == "total" || text == ":total"
            guard let share = isTotal ? 1 : number(text), (0...1).contains(share) else { return false }
            options.requirements.append(make(share))
            return true
        }
    }

    static func share(
        _ name: String, _ value: String, _ help: String,
        _ set: @escaping @Sendable (inout Options, Double) -> Void
    ) -> OptionSpec {
        decimal(name, value, 0...1, "a number from 0 to 1", help, set)
    }

    /// A comma-separated list of a type's cases.
    static func list<Item: CaseIterable & RawRepresentable<String> & Sendable>(
        _ name: String, _ value: String, _ help: String, default usual: String,
        _ set: @escaping @Sendable (inout Options, [Item]) -> Void
    ) -> OptionSpec {
        let names = names(Item.self)
        return OptionSpec(
            name: name, value: value, help: "\(help): \(names) (default: \(usual))",
            expected: "a list of \(names)"
        ) { options, text in
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            let items = words.compactMap { Item(rawValue: $0.filter { $0 != " " }) }
            set(&options, items)
            return items.count == words.count
        }
    }

    static func command(
        _ name: String, _ help: String, _ set: @escaping @Sendable (inout Options, String) -> Void
    ) -> OptionSpec {
        OptionSpec(name: name, value: "COMMAND", help: help, expected: "a command for \(ShellCommands.shell)")
        { options, text in
            set(&options, text)
            return text.contains { $0 != " " }
        }
    }
}

extension Options {
    /// - Returns: whether all can be names of nodes.
    mutating func setNodes(_ names: [String]) -> Bool {
        nodeNames = names
        nodeCount = names.count
        return (1...200).contains(names.count) && Set(names).count == names.count
            && names.allSatisfy { name in
                if case .client = Address(name) { return false }
                return !name.isEmpty && Service(rawValue: name) == nil
                    && name.utf8.allSatisfy {
                        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                            || [45, 46, 95].contains($0)
                    }
            }
    }
}
