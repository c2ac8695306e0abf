import Simulation

let arguments = CommandLine.arguments
let from = UInt64(arguments.count > 1 ? arguments[1] : "1") ?? 1
let to = UInt64(arguments.count > 2 ? arguments[2] : "\(from)") ?? from
var events = 0
var time = 0
var slowest = 0
for seed in from...to {
    let simulation = Simulation(Scenario(seed: seed))
    if arguments.count > 3 { simulation.trace = { print($0) } }
    let report = simulation.run()
    events += report.tally.events
    time += report.tally.time
    slowest = max(slowest, report.tally.slowestDemand)
    if let violation = report.violation { print(violation) }
    if from == to { print(simulation.scenario, report.tally, report.fingerprint) }
}
print(events, Double(time) / 3.6e9, "hours; slowest", slowest)
