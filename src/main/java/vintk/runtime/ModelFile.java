package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProtoOrBuilder;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import vintk.proto.StoredTensors;
import vintk.space.Sha256;

/**
 * Reads ONNX files. A file is input, not code: sizes are bounded, external data stays inside the model's own folder, and
 * whatever does not fit is a {@link ModelException} of one line.
 */
public final class ModelFile {
    /** A protobuf message ends at 2 GiB. */
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    /** Of ONNX' own domain, the first opset that is read: adapters begin there. */
    private static final long FIRST_OPSET = 7;

    private ModelFile() {}

    /** The model with its external data loaded. */
    public static ModelProto read(Path file) {
        return checked(file, parse(file));
    }

    /** A model that was parsed, with its external data; refused where it holds what the file may not. */
    static ModelProto checked(Path file, ModelProto model) {
        check(file, model);
        boolean external = model.getGraph().getInitializerList().stream().anyMatch(ModelFile::isExternal);
        ModelProto whole = external ? withExternalData(file, model) : model;
        try {
            StoredTensors.check(whole);
        } catch (IllegalArgumentException e) {
            throw invalid(file, "is invalid: " + e.getMessage(), e);
        }
        return whole;
    }

    /** The model as its file has it, its weights not copied; whether it can be used is not looked at. */
    static ModelProto parse(Path file) {
        return parse(file, bytes(file));
    }

    private static ModelProto parse(Path file, ByteString bytes) {
        try {
            CodedInputStream coded = bytes.newCodedInput();
            coded.enableAliasing(true);
            return ModelProto.parseFrom(coded);
        } catch (IOException e) {
            throw invalid(file, "is not an ONNX model, or is cut off: " + e.getMessage(), e);
        }
    }

    private static ByteString bytes(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw invalid(
                        file,
                        "is not a file but a folder" + (Files.isReadable(file) ? "" : ", which cannot be read"),
                        null);
            }
            if (!Files.isRegularFile(file)) {
                throw invalid(file, Files.exists(file) ? "is not a file" : "does not exist", null);
            }
            long size = Files.size(file);
            if (size == 0 || size > MAX_BYTES) {
                throw invalid(file, "has " + size + " bytes; an ONNX file has at least one and at most 2 GiB", null);
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return mapped(channel, 0, size);
            }
        } catch (AccessDeniedException e) {
            throw invalid(file, "cannot be read: no permission", e);
        } catch (IOException e) {
            throw invalid(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * What a model is, as the SHA-256 of its file and its external data, in hexadecimal digits; empty where it cannot be read: reading
     * it says why.
     */
    public static Optional<String> digest(Path file) {
        try {
            MessageDigest digest = Sha256.begin();
            Set<String> locations = new TreeSet<>();
            ByteString bytes = bytes(file);
            digest.update(bytes.asReadOnlyByteBuffer());
            parse(file, bytes).getGraph().getInitializerList().stream()
                    .filter(ModelFile::isExternal)
                    .forEach(tensor -> locations.add(entries(tensor).getOrDefault("location", "")));
            for (String location : locations) {
                try (InputStream in = new DigestInputStream(Files.newInputStream(inside(file, "", location)), digest)) {
                    in.transferTo(OutputStream.nullOutputStream());
                }
            }
            return Optional.of(HexFormat.of().formatHex(digest.digest()));
        } catch (IOException | ModelException e) {
            return Optional.empty();
        }
    }

    private static void check(Path file, ModelProto model) {
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0) {
            throw invalid(file, "is not an ONNX model, or an empty one: it holds no graph or no node", null);
        }
        if (model.getOpsetImportCount() == 0) {
            throw invalid(
                    file,
                    "names no opset (IR version " + model.getIrVersion()
                            + "; files before ONNX 1.0 did not): export it again, opset " + FIRST_OPSET
                            + " and later are read",
                    null);
        }
        model.getOpsetImportList().stream()
                .filter(o -> o.getVersion() != (int) o.getVersion())
                .findFirst()
                .ifPresent(o -> {
                    // ONNX Runtime cuts it to 32 bits, and speaks of another one.
                    throw invalid(
                            file,
                            "is of opset " + o.getVersion()
                                    + (o.getDomain().isEmpty() ? "" : " of '" + o.getDomain() + "'")
                                    + ", which is out of range: there is none above " + Integer.MAX_VALUE,
                            null);
                });
        model.getOpsetImportList().stream()
                .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
                .filter(o -> o.getVersion() < FIRST_OPSET)
                .findFirst()
                .ifPresent(o -> {
                    throw invalid(
                            file,
                            "is of opset " + o.getVersion() + "; opset " + FIRST_OPSET + " and later are read",
                            null);
                });
    }

    private static boolean isExternal(TensorProto tensor) {
        return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
    }

    private static ModelProto withExternalData(Path file, ModelProto model) {
        ModelProto.Builder builder = model.toBuilder();
        long bytes = 0;
        for (TensorProto.Builder tensor : builder.getGraphBuilder().getInitializerBuilderList()) {
            if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
                ByteString data = external(file, tensor);
                bytes += data.size();
                // Tensors may name the same part of a file, as often as they like.
                requireMemory(file, "weights", bytes);
                tensor.setRawData(data).clearExternalData().clearDataLocation();
            }
        }
        return builder.build();
    }

    private static ByteString external(Path file, TensorProto.Builder tensor) {
        Map<String, String> entries = entries(tensor);
        String location = entries.getOrDefault("location", "");
        Path data = inside(file, tensor.getName(), location);
        try (FileChannel channel = FileChannel.open(data, StandardOpenOption.READ)) {
            long offset = Long.parseLong(entries.getOrDefault("offset", "0"));
            long length =
                    entries.containsKey("length") ? Long.parseLong(entries.get("length")) : channel.size() - offset;
            if (offset < 0 || length < 0 || length > MAX_BYTES || offset > channel.size() - length) {
                throw invalid(
                        file,
                        "cannot be read: tensor '" + tensor.getName() + "' wants " + length + " bytes at " + offset
                                + " of " + location + ", which has " + channel.size(),
                        null);
            }
            return mapped(channel, offset, length);
        } catch (NumberFormatException e) {
            throw invalid(
                    file,
                    "cannot be read: tensor '" + tensor.getName() + "' has an offset or length that is no number",
                    e);
        } catch (IOException e) {
            throw invalid(
                    file,
                    "cannot be read: external data '" + location + "' of tensor '" + tensor.getName() + "': "
                            + (Files.exists(data) ? e.getMessage() : "no such file"),
                    e);
        }
    }

    private static ByteString mapped(FileChannel channel, long offset, long length) throws IOException {
        return UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, offset, length));
    }

    private static Map<String, String> entries(TensorProtoOrBuilder tensor) {
        Map<String, String> entries = new HashMap<>();
        for (StringStringEntryProto entry : tensor.getExternalDataList()) {
            entries.put(entry.getKey(), entry.getValue());
        }
        return entries;
    }

    /** External data lies in the model's folder; links that lead out of it are followed and refused. */
    private static Path inside(Path file, String tensor, String location) {
        try {
            Path folder = file.toAbsolutePath().getParent().toRealPath();
            Path data = folder.resolve(location).normalize();
            boolean inside = !location.isEmpty() && !Path.of(location).isAbsolute() && data.startsWith(folder);
            if (inside && Files.exists(data)) {
                inside = data.toRealPath().startsWith(folder);
                if (inside && !Files.isRegularFile(data)) {
                    throw invalid(file, "has external data at '" + location + "', which is no file", null);
                }
                if (inside) {
                    requireMemory(file, "external data at '" + location + "'", Files.size(data));
                }
            }
            if (!inside) {
                throw invalid(
                        file,
                        "cannot be read: tensor '" + tensor + "' has external data at '" + location
                                + "', outside of the model's folder",
                        null);
            }
            return data;
        } catch (InvalidPathException | IOException e) {
            throw invalid(
                    file,
                    "cannot be read: tensor '" + tensor + "' has external data at '" + location + "': "
                            + e.getMessage(),
                    e);
        }
    }

    private static void requireMemory(Path file, String what, long bytes) {
        if (bytes > Machine.memory()) {
            throw new ModelException(
                    ModelException.Kind.OUT_OF_MEMORY,
                    String.format(
                            Locale.ROOT,
                            "%s has %s of %.1f GB; this machine has %.1f GB of memory",
                            file,
                            what,
                            bytes / 1e9,
                            Machine.memory() / 1e9));
        }
    }

    private static ModelException invalid(Path file, String what, Throwable cause) {
        return new ModelException(ModelException.Kind.INVALID_MODEL, file + " " + what, cause);
    }
}
