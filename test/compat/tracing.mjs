// OpenTelemetry as its documentation sets it up, with its own loader; the spans' names go to stderr in the end.
import { writeSync } from 'node:fs'
import { register } from 'node:module'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const { registerInstrumentations } = await import('@opentelemetry/instrumentation')
const { PgInstrumentation } = await import('@opentelemetry/instrumentation-pg')
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = await import(
  '@opentelemetry/sdk-trace-base'
)

const exporter = new InMemorySpanExporter()
const tracerProvider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
})
registerInstrumentations({ instrumentations: [new PgInstrumentation()], tracerProvider })
process.on('exit', () => {
  const names = exporter.getFinishedSpans().map(({ name }) => name)
  writeSync(2, `spans: ${names.join(', ')}\n`)
})
