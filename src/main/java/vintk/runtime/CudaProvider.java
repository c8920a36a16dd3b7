package vintk.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** ONNX Runtime's execution provider for CUDA: whether it can be used here, and with which options it is. */
public final class CudaProvider {
    /** What is missing where a library cannot be loaded, by the start of the library's name. */
    private static final Map<String, String> LIBRARIES = Map.of(
            "libcudart", "the CUDA 12 runtime",
            "libcublas", "cuBLAS of CUDA 12",
            "libcudnn", "cuDNN 9",
            "libcufft", "cuFFT of CUDA 12",
            "libcurand", "cuRAND of CUDA 12",
            "libnvrtc", "NVRTC of CUDA 12",
            "libcuda.", "the NVIDIA driver");

    private static final Pattern MISSING = Pattern.compile(
            "(lib(cuda|cudart|cublas|cublasLt|cudnn|cufft|curand|nvrtc)[\\w.-]*): cannot open shared object file");

    private static final Map<Integer, Optional<String>> PROBLEMS = new ConcurrentHashMap<>();

    private CudaProvider() {}

    /** Whether this build of ONNX Runtime has the provider at all. */
    public static boolean isBuilt() {
        Session.environment();
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    }

    /** Why a CUDA device cannot be used, in words; empty where it can. Tried once, by running a small model on it. */
    public static Optional<String> problem(int index) {
        return PROBLEMS.computeIfAbsent(index, CudaProvider::tried);
    }

    private static Optional<String> tried(int index) {
        if (!isBuilt()) {
            return Optional.of("this build is for the processor alone; build one with mvn -Pcuda package");
        }
        CudaLibraries.load();
        SessionSettings settings = SessionSettings.of(1).on(new Device(Device.Kind.CUDA, index));
        try {
            Tensor ones = Tensor.floats(Shape.of(1, 1, 2, 2), 1, 1, 1, 1);
            boolean ran = GraphRun.run(trial(), Map.of("x", ones), settings).containsKey("y");
            return ran ? Optional.empty() : Optional.of("a small model gave no result");
        } catch (ModelException e) {
            // The cause has ONNX Runtime's whole message; what is missing stands at its end.
            String whole = e.getCause() instanceof OrtException cause ? cause.getMessage() : "";
            String words = explained(whole, index);
            return Optional.of(words.equals(whole) ? e.getMessage() : words);
        }
    }

    /** A product and a convolution: the provider opens cuBLAS at once, and cuDNN when the first convolution runs. */
    static Graph trial() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 1, 2, 2));
        Value y = Ops.node("Conv", x.type(), Attributes.NONE, x, Ops.constant(Tensor.floats(Shape.of(1, 1, 1, 1), 1)));
        return new Graph("trial", List.of(x), Map.of("y", Ops.matMul(y, x)));
    }

    /** ONNX Runtime's message in words that say what to do. */
    static String explained(String message, int index) {
        Matcher missing = MISSING.matcher(message);
        if (missing.find()) {
            String library = missing.group(1);
            String what = LIBRARIES.entrySet().stream()
                    .filter(e -> library.startsWith(e.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse("a library of CUDA");
            return what + " is missing (" + library + " is not on the library path)";
        }
        if (message.contains("no CUDA-capable device") || message.contains("CUDA failure 100")) {
            return "there is no CUDA device on this machine";
        }
        if (message.contains("invalid device ordinal")
                || message.contains("CUDA failure 101")
                || message.contains("Invalid device ID")) {
            return "there is no CUDA device " + index + " on this machine";
        }
        if (message.contains("driver version is insufficient") || message.contains("CUDA failure 35")) {
            return "the NVIDIA driver is missing, or older than CUDA 12 needs (525)";
        }
        if (message.contains("undefined symbol: cuda")) {
            return "the CUDA 12 runtime is older than ONNX Runtime needs (12.8)";
        }
        if (message.contains("Failed to find CUDA shared provider")) {
            return "ONNX Runtime's library for CUDA is copied to " + System.getProperty("java.io.tmpdir")
                    + " first, which needs 600 MB there (java -Djava.io.tmpdir=FOLDER takes another one)";
        }
        return message;
    }

    /**
     * The provider's options. TensorFloat-32 is off unless asked for; convolutions take the one algorithm that is always there: a
     * search would cost more than it wins where a kernel is run once, and others lose digits.
     */
    static OrtCUDAProviderOptions options(Device device, boolean tf32) throws OrtException {
        OrtCUDAProviderOptions options = new OrtCUDAProviderOptions(device.index());
        try {
            options.add("use_tf32", tf32 ? "1" : "0");
            options.add("cudnn_conv_algo_search", "DEFAULT");
            return options;
        } catch (OrtException e) {
            options.close();
            throw e;
        }
    }
}
