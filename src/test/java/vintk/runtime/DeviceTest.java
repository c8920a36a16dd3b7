package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.ModelWriter;

/** Names of devices, and what is said where one cannot be used. */
class DeviceTest {
    @Test
    void processors() {
        assertEquals(List.of(Device.CPU, Device.CPU), Device.parseList("cpu, cpu"));
        assertEquals("cpu", Device.CPU.toString());
        assertFalse(Device.CPU.isCuda());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:9999", "cpu,", "CUDA"})
    void whatIsNoDevice(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Device.parseList(text));
        assertTrue(e.getMessage().startsWith("--device: expected auto, cpu, cuda or cuda:K"), e.getMessage());
    }

    @Test
    void withoutCudaItIsSaidAndAutomaticIsTheProcessor() {
        assumeFalse(CudaProvider.isBuilt(), "built for CUDA");
        assertEquals(Device.CPU, Device.parse("auto"));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Device.parse("cuda:1"));
        assertEquals(
                "--device cuda:1 cannot be used: this build is for the processor alone; build one with mvn -Pcuda package;"
                        + " 'vintk devices' lists what there is and what is missing",
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Failed to load library /x/libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared object"
                        + " file: No such file or directory | cuBLAS of CUDA 12 is missing (libcublasLt.so.12 is not on the library"
                        + " path)",
                "libcudnn.so.9: cannot open shared object file | cuDNN 9 is missing (libcudnn.so.9 is not on the library path)",
                "libcuda.so.1: cannot open shared object file | the NVIDIA driver is missing (libcuda.so.1 is not on the library path)",
                "CUDA failure 100: no CUDA-capable device is detected | there is no CUDA device on this machine",
                "CUDA failure 101: invalid device ordinal | there is no CUDA device 3 on this machine",
                "CUDA failure 35: CUDA driver version is insufficient | the NVIDIA driver is missing, or older than CUDA 12 needs (525)",
                "Invalid device ID: 3, must be between 0 (inclusive) and 1 (exclusive) | there is no CUDA device 3 on this machine",
                "cuDNN is unavailable or disabled: dlopen failed for libcudnn.so: libcudnn.so: cannot open shared object file | cuDNN 9"
                        + " is missing (libcudnn.so is not on the library path)",
                "undefined symbol: cudaLibraryGetKernel, version libcudart.so.12 | the CUDA 12 runtime is older than ONNX Runtime needs"
                        + " (12.8)",
                "something else | something else",
            })
    void problemsInWords(String message, String words) {
        assertEquals(words, CudaProvider.explained(message, 3));
    }

    /** What a device says of itself: the model before and the model after would fail as well. */
    @ParameterizedTest
    @CsvSource({
        "CUDA error cudaErrorIllegalAddress: an illegal memory access was encountered, ERROR",
        "CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED, ERROR",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED, OUT_OF_MEMORY",
        "Failed to allocate memory for requested buffer, OUT_OF_MEMORY",
        "Node (a) Op (Add) incompatible dimensions, INVALID_MODEL",
    })
    void failuresOfADeviceAreNotTheModels(String message, ModelException.Kind kind) {
        assertEquals(
                kind,
                Session.failure(new OrtException(OrtException.OrtErrorCode.ORT_FAIL, message))
                        .kind());
    }

    /** The provider's trial has numbers of its own: x·x by a product and a convolution. */
    @Test
    void theTrialIsAProductOfAConvolution() {
        try (Session session = Session.of(ModelWriter.model(CudaProvider.trial()), SessionSettings.of(1));
                OnnxTensor x = Tensors.of(new long[] {1, 1, 2, 2}, new float[] {1, 2, 3, 4});
                OrtSession.Result result = session.run(Map.of("x", x))) {
            assertArrayEquals(
                    new float[] {7, 10, 15, 22},
                    ((OnnxTensor) result.get(0)).getFloatBuffer().array());
        }
    }

    @Test
    void nodesOnTheProcessorAreNamed(@TempDir Path folder) throws IOException {
        String event =
                "{\"name\":\"%s_kernel_time\",\"args\":{\"op_name\":\"%s\",\"provider\":\"%sExecutionProvider\"}}";
        Path profile = folder.resolve("profile.json");
        Files.writeString(
                profile,
                "[{\"name\":\"model_run\",\"args\":{}},"
                        + String.join(
                                ",",
                                event.formatted("a", "MatMul", "CUDA"),
                                event.formatted("b", "ConvTranspose", "CPU"),
                                event.formatted("b", "ConvTranspose", "CPU"))
                        + "]");
        assertEquals(
                "1 nodes ran on the processor, where ONNX Runtime put them: ConvTranspose 'b'",
                Placement.of(profile).remark().orElseThrow());
        assertFalse(Files.exists(profile));
        assertEquals(Optional.empty(), Placement.AS_MEANT.remark());
    }
}
