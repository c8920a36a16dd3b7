package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import vintk.onnx.ModelWriter;

/** One ONNX Runtime session. Close it: its memory is not the Java heap's. */
final class Session implements AutoCloseable {
    /** Of ONNX Runtime's message where a node would go to the processor and must not. */
    private static final String FALLBACK = "fallback to CPU EP has been explicitly disabled";

    private static OrtEnvironment environment;
    private final OrtSession session;
    private final Optional<WeightsApart> weights;
    private Placement placement = Placement.AS_MEANT;
    private boolean profiled;

    /**
     * @param model serialised
     * @throws ModelException where ONNX Runtime refuses the model
     */
    Session(byte[] model, SessionSettings settings) {
        this(model, Optional.empty(), settings);
    }

    /** @throws ModelException where ONNX Runtime refuses the model */
    static Session of(ModelProto model, SessionSettings settings) {
        if (settings.device().isCuda() && ModelWriter.weightBytes(model) <= ModelWriter.EXTERNAL_DATA_THRESHOLD) {
            // Weights apart would be copied to the device at every run.
            return new Session(model.toByteArray(), settings);
        }
        WeightsApart apart = new WeightsApart(model);
        try {
            return new Session(apart.model(), Optional.of(apart), settings);
        } catch (RuntimeException | Error e) {
            apart.close();
            throw e;
        }
    }

    private Session(byte[] model, Optional<WeightsApart> weights, SessionSettings settings) {
        // The environment first: its start says in one line what is wrong where the native library cannot be loaded.
        OrtEnvironment started = environment();
        this.weights = weights;
        try (OrtSession.SessionOptions options = settings.options()) {
            session = settings.device().isCuda()
                    ? strict(started, model, options)
                    : started.createSession(model, options);
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    /** On the device alone; where that cannot be, with the processor's help, and a profile of it. */
    private OrtSession strict(OrtEnvironment started, byte[] model, OrtSession.SessionOptions options)
            throws OrtException {
        options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
        try {
            return started.createSession(model, options);
        } catch (OrtException e) {
            if (!String.valueOf(e.getMessage()).contains(FALLBACK)) {
                throw e;
            }
        }
        options.addConfigEntry("session.disable_cpu_ep_fallback", "0");
        try {
            // A name that nobody else has; ONNX Runtime puts the time behind it.
            Path prefix = Files.createTempFile("vintk-profile", "");
            Files.delete(prefix);
            options.enableProfiling(prefix.toString());
        } catch (IOException e) {
            throw new ModelException(ModelException.Kind.ERROR, "no temporary file: " + e.getMessage(), e);
        }
        profiled = true;
        return started.createSession(model, options);
    }

    /** Which nodes did not run where they were meant to; known after the first run. */
    Placement placement() {
        return placement;
    }

    /** Made at first use; not in a class initialiser, where a failure would be an Error without a message. */
    static synchronized OrtEnvironment environment() {
        if (environment == null) {
            environment = EnvironmentStart.start();
        }
        return environment;
    }

    /**
     * Runs the model; the caller closes the result.
     *
     * @throws Interruption.Interrupted where somebody asked to stop
     */
    OrtSession.Result run(Map<String, OnnxTensor> inputs) {
        try (OrtSession.RunOptions options = new OrtSession.RunOptions()) {
            Map<String, OnnxTensor> all = new LinkedHashMap<>(inputs);
            weights.ifPresent(apart -> all.putAll(apart.tensors()));
            Interruption.begin(options);
            try {
                OrtSession.Result result = session.run(all, session.getOutputNames(), options);
                try {
                    place();
                } catch (OrtException | RuntimeException e) {
                    result.close();
                    throw e;
                }
                return result;
            } finally {
                Interruption.end(options);
            }
        } catch (OrtException e) {
            if (Interruption.isRequested()) {
                throw new Interruption.Interrupted();
            }
            throw failure(e);
        }
    }

    /** After the first run, which is profiled. */
    private void place() throws OrtException {
        if (profiled) {
            profiled = false;
            placement = Placement.of(Path.of(session.endProfiling()));
        }
    }

    /** Of the model's inputs; its weights are none. */
    Map<String, NodeInfo> inputInfo() {
        try {
            Map<String, NodeInfo> inputs = new LinkedHashMap<>(session.getInputInfo());
            weights.ifPresent(apart -> inputs.keySet().removeAll(apart.tensors().keySet()));
            return inputs;
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    Map<String, NodeInfo> outputInfo() {
        try {
            return new LinkedHashMap<>(session.getOutputInfo());
        } catch (OrtException e) {
            throw failure(e);
        }
    }

    Set<String> outputNames() {
        return session.getOutputNames();
    }

    /** At most this much of a message of ONNX Runtime is shown: some list all types of a node. */
    private static final int MESSAGE = 450;

    /** What a CUDA device, or a library for it, says of itself is no fault of the model. */
    private static final Pattern DEVICE_FAILED = Pattern.compile("(cuda|cublas|cudnn|curand) (error|failure)");

    /** ONNX Runtime's own message without the places in its source, and what can be said of its kind. */
    static ModelException failure(OrtException e) {
        String text = String.valueOf(e.getMessage())
                .replaceAll("\\s+", " ")
                .replaceFirst("^Error code - \\w+ - message: ", "")
                .replaceAll("/onnxruntime_src/\\S+:\\d+ [^()]*\\([^()]*\\)( const)? ", "")
                .strip();
        if (text.length() > MESSAGE) {
            text = text.substring(0, MESSAGE) + " ...";
        }
        String lower = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        ModelException.Kind kind = ModelException.Kind.ERROR;
        if (lower.contains("failed to allocate memory")
                || lower.contains("bad_alloc")
                || lower.contains("alloc_failed")
                || lower.contains("out of memory")) {
            kind = ModelException.Kind.OUT_OF_MEMORY;
            text += "; try a smaller --batch";
        } else if (e.getCode() == OrtException.OrtErrorCode.ORT_NOT_IMPLEMENTED
                || lower.contains("is not a registered function/op")
                || lower.contains("no op registered")
                || lower.contains("could not find an implementation")) {
            kind = ModelException.Kind.UNSUPPORTED_OPERATOR;
        } else if (DEVICE_FAILED.matcher(lower).find()) {
            kind = ModelException.Kind.ERROR;
        } else if (e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_GRAPH
                || e.getCode() == OrtException.OrtErrorCode.ORT_INVALID_PROTOBUF
                || e.getCode() == OrtException.OrtErrorCode.ORT_NO_MODEL
                || e.getCode() == OrtException.OrtErrorCode.ORT_FAIL) {
            kind = ModelException.Kind.INVALID_MODEL;
        }
        return new ModelException(kind, "ONNX Runtime: " + text, e);
    }

    @Override
    public void close() {
        try {
            if (profiled) {
                Files.deleteIfExists(Path.of(session.endProfiling()));
            }
        } catch (OrtException | IOException e) {
            // A file too many, in the temporary folder.
        }
        try {
            session.close();
        } catch (OrtException e) {
            throw failure(e);
        } finally {
            weights.ifPresent(WeightsApart::close);
            FreedMemory.giveBackAbove(Machine.memory() / 2);
        }
    }
}
