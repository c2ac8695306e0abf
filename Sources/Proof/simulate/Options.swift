import Simulation

/// The options of the command line.
struct Options {
    var seeds: ClosedRange<UInt64>?
    var minutes: Double?
    var seed: UInt64?
    var isTraced = false
    /// Where to write the last steps of the seed's run as HTML, and how many these are.
    var page: String?
    var steps = 200
    /// Stop at the first violation.
    var endsEarly = false
    var jobs: Int?
    var members: Int?
    var operations: Int?
    var bias: Scenario.Bias?
    /// The worker's number in `0..<jobs`, in a process that `WorkerPool` started.
    var worker: Int?

    static let usage = """
        simulate [--seeds A..B] [--minutes M] [--jobs J]   run seeds on all cores (default 1..1000)
        simulate --seed N [--trace]                        run one seed, and print every event
        simulate --seed N --page FILE [--steps M]          write its last M steps (200), up to what breaks, as a page
        options: --members N, --operations N and --bias NAME override what the seed draws;
                 --until-violation stops at the first violation
        """

    struct Mistake: Error {
        var text: String
    }

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--trace": isTraced = true
            case "--until-violation": endsEarly = true
            default: try take(option, &rest)
            }
        }
    }

    private mutating func take(_ option: String, _ rest: inout ArraySlice<String>) throws {
        func value() throws -> String {
            guard let value = rest.popFirst() else { throw Mistake(text: "\(option) takes a value") }
            return value
        }
        func number<Number: LosslessStringConvertible & Comparable>(_ range: PartialRangeFrom<Number>) throws
            -> Number
        {
            let value = try value()
            guard let number = Number(value), range.contains(number) else {
                throw Mistake(text: "\(option) takes a number from \(range.lowerBound), not \(value)")
            }
            return number
        }
        switch option {
        case "--seeds":
            let value = try value()
            let ends = value.split(separator: ".").compactMap { UInt64($0) }
            guard ends.count == 2, ends[0] <= ends[1] else {
                throw Mistake(text: "--seeds takes a range like 1..1000, not \(value)")
            }
            seeds = ends[0]...ends[1]
        case "--minutes": minutes = try number(0.01...)
        case "--seed": seed = try number(0...)
        case "--page": page = try value()
        case "--steps": steps = try number(1...)
        case "--jobs": jobs = try number(1...)
        case "--worker": worker = try number(0...)
        case "--members": members = try number(1...)
        case "--operations": operations = try number(0...)
        case "--bias":
            let value = try value()
            guard let named = Scenario.Bias(rawValue: value) else {
                let all = Scenario.Bias.allCases.map(\.rawValue).joined(separator: " ")
                throw Mistake(text: "--bias takes one of \(all), not \(value)")
            }
            bias = named
        default: throw Mistake(text: "there is no option \(option)")
        }
    }

    func scenario(_ seed: UInt64) -> Scenario {
        Scenario(seed: seed, bias: bias, members: members, operations: operations)
    }
}
